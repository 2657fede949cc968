import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Permission } from "#domain/access/permissions.js";
import type { Role } from "#domain/access/roles.js";
import { PermissionEnum, RoleEnum } from "../access/access.type.js";
import { Team } from "../teams/team.type.js";

@ObjectType({ simpleResolvers: true })
export class Viewer {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  email!: string;
}

@ObjectType({ simpleResolvers: true, description: "The caller." })
export class Me {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  email!: string;

  @Field(() => String)
  name!: string;

  @Field(() => RoleEnum)
  role!: Role;

  @Field(() => [PermissionEnum])
  permissions!: readonly Permission[];

  @Field(() => [Team])
  teams!: readonly Team[];

  @Field(() => String)
  organisation!: string;

  @Field(() => Int, { description: "Hand it back as expectedVersion when you change your profile." })
  version!: number;

  @Field(() => Viewer, {
    nullable: true,
    description: "Whoever looks through this person's eyes; read only then.",
  })
  viewedBy!: Viewer | null;
}
