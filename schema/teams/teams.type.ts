import { Field, ObjectType } from "type-graphql";
import { connectionType } from "../connection.js";
import { Conflict, InvalidInput, InvalidTransition, payloadUnion } from "../payload.js";
import { DateTime } from "../scalars.js";
import { User } from "../users/user.type.js";
import { Team } from "./team.type.js";

@ObjectType({ simpleResolvers: true, description: "Somebody in a team." })
export class TeamMember {
  @Field(() => User)
  user!: User;

  @Field(() => Boolean)
  isLead!: boolean;

  @Field(() => DateTime)
  addedAt!: string;
}

export const TeamConnection = connectionType("Team", () => Team);

@ObjectType({ simpleResolvers: true })
abstract class TeamSuccess {
  @Field(() => Team)
  team!: Team;
}
@ObjectType({ simpleResolvers: true })
export class CreateTeamSuccess extends TeamSuccess {}
@ObjectType({ simpleResolvers: true })
export class UpdateTeamSuccess extends TeamSuccess {}
@ObjectType({ simpleResolvers: true })
export class ArchiveTeamSuccess extends TeamSuccess {}
@ObjectType({ simpleResolvers: true })
export class AddTeamMemberSuccess extends TeamSuccess {}
@ObjectType({ simpleResolvers: true })
export class RemoveTeamMemberSuccess extends TeamSuccess {}

const refusals = [InvalidInput, InvalidTransition, Conflict];
export const CreateTeamPayload = payloadUnion("CreateTeamPayload", CreateTeamSuccess, [
  InvalidInput,
  Conflict,
]);
export const UpdateTeamPayload = payloadUnion("UpdateTeamPayload", UpdateTeamSuccess, refusals);
export const ArchiveTeamPayload = payloadUnion("ArchiveTeamPayload", ArchiveTeamSuccess, refusals);
export const AddTeamMemberPayload = payloadUnion("AddTeamMemberPayload", AddTeamMemberSuccess, refusals);
export const RemoveTeamMemberPayload = payloadUnion(
  "RemoveTeamMemberPayload",
  RemoveTeamMemberSuccess,
  refusals,
);
