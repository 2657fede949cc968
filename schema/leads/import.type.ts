import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import {
  IMPORT_POLICIES,
  type ImportPolicy,
  type ImportRowErrorView,
  type ImportStatus,
  type ImportView,
} from "#domain/leads/index.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { FeedGap, MISSING_BEFORE } from "../feed/gap.type.js";
import { Node } from "../node.type.js";
import { Conflict, InvalidInput, payloadUnion } from "../payload.js";
import { DateTime, JSONObject } from "../scalars.js";

export const ImportStatusEnum = enumOf("ImportStatus", [
  "PENDING",
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "UNDONE",
] as const);
export const ImportPolicyEnum = enumOf(
  "ImportPolicy",
  IMPORT_POLICIES,
  "What happens to an address that is a lead already: UPDATE fills in what the file brings, SKIP leaves the lead as it is.",
);

@ObjectType("ImportFailure", {
  simpleResolvers: true,
  description: "Why a whole file was refused, and where.",
})
export class ImportFailureType {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => Int, { nullable: true })
  row!: number | null;

  @Field(() => String, { nullable: true })
  column!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "What was wrong with one row; the header is row 1." })
export class ImportRowError {
  @Field(() => Int)
  row!: number;

  @Field(() => String, { nullable: true })
  column!: string | null;

  @Field(() => String)
  rule!: string;

  @Field(() => String, { nullable: true })
  value!: string | null;

  @Field(() => String)
  message!: string;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A file of leads and what became of its rows.",
})
export class Import extends Node {
  @Field(() => ImportStatusEnum)
  status!: ImportStatus;

  @Field(() => String, { nullable: true })
  fileName!: string | null;

  @Field(() => Int, { description: "Rows in the file, without the header; 0 until it has been counted." })
  total!: number;

  @Field(() => Int, { description: "Rows read so far." })
  processed!: number;

  @Field(() => Int, { description: "New leads." })
  imported!: number;

  @Field(() => Int, { description: "Leads that were there and got new values." })
  updated!: number;

  @Field(() => Int, { description: "Leads that were there and stayed as they were." })
  skipped!: number;

  @Field(() => Int, { description: "Rows that break a rule; `errors` names it." })
  rejected!: number;

  @Field(() => Boolean, { description: "Nothing is written: the counts say what would be." })
  dryRun!: boolean;

  @Field(() => ImportPolicyEnum)
  policy!: ImportPolicy;

  @Field(() => JSONObject, { description: "Lead field → the file's column for it." })
  mapping!: Record<string, string>;

  @Field(() => ImportFailureType, { nullable: true })
  failure!: ImportFailureType | null;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => DateTime, { nullable: true })
  finishedAt!: string | null;

  listId!: string | null;
  teamId!: string | null;
}

export const ImportConnection = connectionType("Import", () => Import);
export const ImportErrorConnection = connectionType("ImportError", () => ImportRowError);
export const importOf = (view: ImportView): Import => Object.assign(new Import(), view);
export const importErrorOf = (view: ImportRowErrorView): ImportRowError => view;

@InputType()
export class StartImportInput {
  @Field(() => ID, {
    nullable: true,
    description: "Whose the list and new leads are; see CreateCampaignInput.teamId.",
  })
  teamId?: string | null;

  @Field(() => String, { description: "The file's text: a header line and rows, UTF-8." })
  csv!: string;

  @Field(() => String, {
    nullable: true,
    description: "The list that the leads go to; the file's name when left out.",
  })
  listName?: string | null;

  @Field(() => String, { nullable: true })
  fileName?: string | null;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'Lead field → the file\'s column for it, e.g. {"email": "E-Mail"}; what it does not name is found by the header.',
  })
  mapping?: Record<string, unknown> | null;

  @Field(() => ImportPolicyEnum, { nullable: true, defaultValue: "UPDATE" })
  policy?: ImportPolicy | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  dryRun?: boolean | null;
}

@ObjectType({ simpleResolvers: true })
export class StartImportSuccess {
  @Field(() => Import)
  import!: Import;
}

export const StartImportPayload = payloadUnion("StartImportPayload", StartImportSuccess, [
  InvalidInput,
  Conflict,
]);

@ObjectType({ simpleResolvers: true })
export class ImportProgressEvent {
  @Field(() => String)
  cursor!: string;

  @Field(() => Import)
  import!: Import;

  @Field(() => FeedGap, MISSING_BEFORE)
  gap!: FeedGap | null;
}
