import { Field, ObjectType, registerEnumType } from "type-graphql";
import { PERMISSION_NAMES, permissionEnumName, type Permission } from "#domain/access/permissions.js";
import { ROLES, type Role } from "#domain/access/roles.js";

/** The enum's values are the wire forms, so that resolvers hand over what the domain knows. */
export const PermissionEnum = Object.fromEntries(
  PERMISSION_NAMES.map((permission) => [permissionEnumName(permission), permission]),
);
registerEnumType(PermissionEnum, { name: "Permission" });

export const RoleEnum = Object.fromEntries(ROLES.map((role) => [role, role])) as { readonly [R in Role]: R };
registerEnumType(RoleEnum, { name: "Role" });

@ObjectType({ simpleResolvers: true })
export class PermissionDescription {
  @Field(() => PermissionEnum)
  permission!: Permission;

  @Field(() => String, { description: "The form in tokens, rules and explanations, e.g. campaign:read." })
  wire!: string;

  @Field(() => String)
  title!: string;

  @Field(() => String)
  description!: string;

  @Field(() => [RoleEnum])
  roles!: readonly Role[];
}

@ObjectType({ simpleResolvers: true })
export class RoleDescription {
  @Field(() => RoleEnum)
  role!: Role;

  @Field(() => String)
  title!: string;

  @Field(() => [PermissionEnum])
  permissions!: readonly Permission[];
}
