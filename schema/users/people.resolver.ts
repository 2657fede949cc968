import { Arg, Ctx, ID, Int, Mutation, Resolver } from "type-graphql";
import type { Role } from "#domain/access/roles.js";
import type { Command } from "#domain/command.js";
import {
  assignRole,
  eraseUser,
  inviteUser,
  reactivateUser,
  resendInvitation,
  suspendUser,
  updateProfile,
  updateUser,
} from "#domain/users/index.js";
import { RoleEnum } from "../access/access.type.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import {
  AssignRolePayload,
  EraseUserPayload,
  InviteUserInput,
  InviteUserPayload,
  ReactivateUserPayload,
  ResendInvitationPayload,
  SuspendUserPayload,
  UpdateProfileInput,
  UpdateProfilePayload,
  UpdateUserInput,
  UpdateUserPayload,
} from "./user.inputs.js";
import { userLoader } from "./users.loaders.js";

type Key = string | null | undefined;

@Resolver()
export class PeopleResolver {
  @Mutation(() => InviteUserPayload, {
    description: "Adds a person and mails them a link; it is good for 72 hours.",
  })
  inviteUser(
    @Arg("input", () => InviteUserInput) input: InviteUserInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return person("InviteUserSuccess", context, inviteUser, input, key);
  }

  @Mutation(() => ResendInvitationPayload, {
    description: "Mails a new link; the one before is good for nothing then.",
  })
  resendInvitation(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return person("ResendInvitationSuccess", context, resendInvitation, of(id), key);
  }

  @Mutation(() => UpdateUserPayload)
  updateUser(
    @Arg("input", () => UpdateUserInput) { id, ...changes }: UpdateUserInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return person("UpdateUserSuccess", context, updateUser, { ...of(id), ...changes }, key);
  }

  @Mutation(() => UpdateProfilePayload, { description: "One's own name." })
  updateProfile(
    @Arg("input", () => UpdateProfileInput) input: UpdateProfileInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return person("UpdateProfileSuccess", context, updateProfile, input, key);
  }

  @Mutation(() => SuspendUserPayload, {
    description: "Shuts a person out; what they have open ends within a second.",
  })
  suspendUser(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return person("SuspendUserSuccess", context, suspendUser, of(id), key);
  }

  @Mutation(() => ReactivateUserPayload)
  reactivateUser(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return person("ReactivateUserSuccess", context, reactivateUser, of(id), key);
  }

  @Mutation(() => AssignRolePayload)
  assignRole(
    @Arg("userId", () => ID) userId: string,
    @Arg("role", () => RoleEnum) role: Role,
    @Ctx() context: SchemaContext,
    @Arg("expectedVersion", () => Int, { nullable: true }) expectedVersion?: number | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return person("AssignRoleSuccess", context, assignRole, { ...of(userId), role, expectedVersion }, key);
  }

  @Mutation(() => EraseUserPayload, { description: "Takes a person out for good; there is no way back." })
  eraseUser(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return settle("EraseUserSuccess", () => op.run(eraseUser, of(id), { idempotencyKey: key }));
  }
}

const of = (id: string) => ({ userId: idArgument(id, "user") });

/** Runs a command about a person and answers with them as they are now. */
function person<T extends string, I>(
  success: T,
  { op, loaders }: SchemaContext,
  command: Command<I, { userId: string }>,
  input: unknown,
  idempotencyKey: Key,
) {
  return settle(success, async () => {
    const { userId } = await op.run(command, input, { idempotencyKey });
    return { user: found(await loaders.get(userLoader).load(userId), "user") };
  });
}
