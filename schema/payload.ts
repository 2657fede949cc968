import { createUnionType, Field, Int, InterfaceType, ObjectType, type ClassType } from "type-graphql";
import {
  ConflictError,
  DomainError,
  InvalidCredentialsError,
  InvalidInputError,
  InvalidTransitionError,
  LastAdminError,
  NotReadyError,
  OverdueChoiceError,
} from "#domain/errors.js";

/** An expected failure, as data. Codes are stable; messages are for people. */
@InterfaceType("Error", {
  description:
    "An expected failure, as data. `path` names the input field; the code is stable, the message is for people.",
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class ErrorPayload {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => [String], { nullable: true })
  path!: readonly string[] | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "One broken rule: where, which, the value as given, and what to do.",
})
export class InputIssue {
  @Field(() => [String])
  path!: readonly string[];

  @Field(() => String)
  rule!: string;

  @Field(() => String)
  message!: string;

  @Field(() => String, { nullable: true })
  value?: string | null;
}

@ObjectType({ implements: ErrorPayload, simpleResolvers: true })
export class InvalidInput extends ErrorPayload {
  @Field(() => [InputIssue])
  issues!: readonly InputIssue[];
}

@ObjectType({
  implements: ErrorPayload,
  simpleResolvers: true,
  description: "Why it cannot be launched as it stands: every obstacle at once.",
})
export class NotReady extends ErrorPayload {
  @Field(() => [InputIssue])
  issues!: readonly InputIssue[];
}

@ObjectType({
  implements: ErrorPayload,
  simpleResolvers: true,
  description: "Its state does not allow this now.",
})
export class InvalidTransition extends ErrorPayload {
  @Field(() => String)
  from!: string;

  @Field(() => String)
  to!: string;

  @Field(() => [String])
  allowed!: readonly string[];
}

@ObjectType({
  implements: ErrorPayload,
  simpleResolvers: true,
  description: "Somebody else was first, or the key or name is taken.",
})
export class Conflict extends ErrorPayload {
  @Field(() => Int, {
    nullable: true,
    description: "The version that was edited, where an edit came too late.",
  })
  expectedVersion?: number | null;

  @Field(() => Int, { nullable: true, description: "The version that is there now." })
  currentVersion?: number | null;
}

@ObjectType({
  implements: ErrorPayload,
  simpleResolvers: true,
  description: "An organisation keeps one active administrator.",
})
export class LastAdmin extends ErrorPayload {}

@ObjectType({
  implements: ErrorPayload,
  simpleResolvers: true,
  description: "The address or the password is wrong, or the session has ended.",
})
export class InvalidCredentials extends ErrorPayload {}

const KINDS = [
  [InvalidInputError, "InvalidInput"],
  [NotReadyError, "NotReady"],
  [InvalidTransitionError, "InvalidTransition"],
  [OverdueChoiceError, "OverdueChoice"],
  [ConflictError, "Conflict"],
  [LastAdminError, "LastAdmin"],
  [InvalidCredentialsError, "InvalidCredentials"],
] as const;

type Success<T extends string> = { readonly __typename: T };

/** A mutation's union: its success and the failures that its caller can expect. */
export function payloadUnion(name: string, success: ClassType, errors: readonly ClassType[]) {
  return createUnionType({
    name,
    types: () => [success, ...errors] as const,
    resolveType: (value) => (value as { __typename: string }).__typename,
  });
}

/**
 * Runs a mutation's work. A failure that its union lists becomes data; access failures and faults go on as errors.
 * @param work answers the fields of the success member.
 */
export async function settle<T extends string, F extends object>(
  success: T,
  work: () => Promise<F>,
): Promise<(F & Success<T>) | ErrorPayload> {
  try {
    return { __typename: success, ...(await work()) };
  } catch (error) {
    const kind = KINDS.find(([type]) => error instanceof type);
    if (!kind || !(error instanceof DomainError)) throw error;
    // Everything that the error carries beside its text, e.g. issues, from, to, allowed.
    return {
      ...error,
      __typename: kind[1],
      code: error.code,
      message: error.message,
      path: error.inputPath,
      ...(error instanceof ConflictError && {
        expectedVersion: error.versions?.expected,
        currentVersion: error.versions?.current,
      }),
    } as ErrorPayload;
  }
}
