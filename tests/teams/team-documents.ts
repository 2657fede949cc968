import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Answer, Speaker } from "../support/api.js";

const ERROR = "... on Error { code message path } ... on Conflict { expectedVersion currentVersion }";
const TEAM = "id name version isArchived mayManage memberCount members { isLead user { id } }";
const mutation = (name: string, of: string, given: string) =>
  `mutation (${of}) { ${name}(${given}) { __typename ... on ${name[0]!.toUpperCase()}${name.slice(1)}Success { team { ${TEAM} } } ${ERROR} } }`;
export const CREATE = mutation("createTeam", "$name: String!", "input: { name: $name }");
export const UPDATE = mutation(
  "updateTeam",
  "$id: ID!, $name: String!, $version: Int",
  "input: { id: $id, name: $name, expectedVersion: $version }",
);
export const ARCHIVE = mutation("archiveTeam", "$id: ID!", "id: $id");
export const ADD = mutation(
  "addTeamMember",
  "$id: ID!, $userId: ID!, $isLead: Boolean",
  "teamId: $id, userId: $userId, isLead: $isLead",
);
export const REMOVE = mutation("removeTeamMember", "$id: ID!, $userId: ID!", "teamId: $id, userId: $userId");

interface Payload {
  readonly __typename: string;
  readonly team?: { readonly id: string; readonly version: number };
}
const payload = ({ data, errors }: Answer<Record<string, Payload>>) => {
  expect(errors).toEqual([]);
  return Object.values(data!)[0]!;
};
/** Answers the member that came; nothing may be refused. */
export const run = async (speaker: Speaker, document: string, given: object) =>
  payload(await speaker.ask<Record<string, Payload>>(document, given));

export const named = () => `Team ${randomUUID().slice(0, 8)}`;
