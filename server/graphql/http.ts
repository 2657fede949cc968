import { ApolloServer, HeaderMap, type ApolloServerPlugin, type BaseContext } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type DefinitionNode,
  type GraphQLSchema,
  type ValidationRule,
} from "graphql";
import { DomainError, RateLimitedError, UnavailableError } from "#domain/errors.js";
import type { Logger } from "#platform/logger.js";
import { isTracing } from "#platform/sentry.js";
import type { SchemaContext } from "#schema/context.js";
import type { ErrorFormatter, ErrorOrigin } from "./format-error.js";
import { introspects } from "./introspection.js";
import { MAX_ERRORS, MAX_TOKENS } from "./limits.js";
import { noteOperations, type NoteOperation } from "./note-operations.js";
import { PricedBudget } from "./priced-budget.js";
import { priceOf } from "./points.js";
import { labelOf, traceDocument } from "./trace-document.js";
import { assertModestVariables } from "./variables.js";

/** Room for a file that is sent as a string (startImport); the document itself is held by MAX_TOKENS. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

export type SchemaAudience = "everybody" | "signedIn" | "nobody";

export interface HttpGraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly limits: ValidationRule;
  readonly formatError: ErrorFormatter;
  readonly noteOperation: NoteOperation;
  readonly log: Logger;
  /** Who may ask what the schema has. */
  readonly schemaIsFor: SchemaAudience;
  openContext(request: FastifyRequest, reply: FastifyReply): Promise<SchemaContext>;
}

/** What we ask of Apollo, whatever schema it serves. */
export const APOLLO_OPTIONS = {
  validationOptions: { maxErrors: MAX_ERRORS },
  parseOptions: { maxTokens: MAX_TOKENS },
  includeStacktraceInErrorResponses: false,
  hideSchemaDetailsFromClientErrors: true,
  introspection: true,
  persistedQueries: false,
  allowBatchedHttpRequests: false,
  csrfPrevention: true,
  stopOnTerminationSignals: false,
} as const;

/** Queries by GET and POST, mutations by POST, on /graphql. The caller starts nothing: this does. */
export async function serveGraphqlOverHttp(app: FastifyInstance, options: HttpGraphqlOptions): Promise<void> {
  const origins: OriginOfError = new WeakMap();
  const apollo = new ApolloServer<SchemaContext>({
    ...APOLLO_OPTIONS,
    schema: options.schema,
    validationRules: [options.limits],
    formatError: (_formatted, error) => options.formatError(error, origins.get(error as object)),
    plugins: [
      noteOrigin(origins),
      ...(isTracing() ? [traceDocument] : []),
      // It would wrap every field of every object to no use of ours: a third of the time of a list.
      ApolloServerPluginCacheControlDisabled(),
      refuseWhatIsNotForHttp(options),
      statusOfRefusals,
      tellUnexpected(options),
      noteOperations(options.noteOperation),
    ],
    // Whatever it reports as an error is reported by tellUnexpected or formatError, without values.
    logger: {
      debug: () => {},
      info: () => {},
      warn: (message) => options.log.warn(String(message)),
      error: () => {},
    },
  });
  await apollo.start();
  routeToApollo(app, apollo, (request, reply) => options.openContext(request, reply).catch(asAnswer));
}

/** The way from a request to a started Apollo, and back. */
export function routeToApollo<C extends BaseContext>(
  app: FastifyInstance,
  apollo: ApolloServer<C>,
  openContext: (request: FastifyRequest, reply: FastifyReply) => Promise<C>,
  url = "/graphql",
): void {
  app.route({
    method: ["GET", "POST"],
    url,
    bodyLimit: BODY_LIMIT_BYTES,
    onRequest: async (request) => {
      // Apollo's prevention is for both methods or none. By GET only queries run, and no query looks at a cookie: who
      // asks is proved by the bearer token, which a page of another site cannot send without a preflight.
      if (request.method === "GET") request.headers["apollo-require-preflight"] ||= "1";
    },
    handler: fastifyApolloHandler(apollo, { context: openContext }),
  });
  app.addHook("onClose", () => apollo.stop());
}

function refuseWhatIsNotForHttp(options: HttpGraphqlOptions): ApolloServerPlugin<SchemaContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, document, request, contextValue }) {
          // Apollo would call the field's resolver, past the guard of its subscription.
          if (operation?.operation === OperationTypeNode.SUBSCRIPTION) throw forTheWebsocket();
          const isStranger = contextValue.op.actor.kind === "ANONYMOUS";
          const why = whySchemaIsHidden(options.schemaIsFor, isStranger);
          if (why && introspects(document)) throw refused("INTROSPECTION_DISABLED", why);
          assertModestVariables(request.variables);
          const { budget } = contextValue;
          if (operation && budget instanceof PricedBudget)
            await budget.pay(priceOf(options.schema, document, operation, request.variables));
        },
      };
    },
  };
}

/** Which request an error belongs to: Apollo formats errors without saying. */
type OriginOfError = WeakMap<object, ErrorOrigin>;

const noteOrigin = (origins: OriginOfError): ApolloServerPlugin<SchemaContext> => ({
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors, contextValue, operation }) {
        const { request, actor } = contextValue.op;
        const origin = { request, actor, operation: operation && labelOf(operation) };
        for (const error of errors) origins.set(error, origin);
      },
    };
  },
});

const forTheWebsocket = () =>
  refused("BAD_REQUEST", "Subscriptions are served over the websocket at /graphql.");

/** What breaks outside the resolvers; without this Apollo would print the cause, and answer and log another error. */
function tellUnexpected({ log }: HttpGraphqlOptions): ApolloServerPlugin<SchemaContext> {
  return {
    async unexpectedErrorProcessingRequest({ error, requestContext }) {
      const { requestId } = requestContext.contextValue.op.request;
      // The validation of graphql-js throws when the root field of a subscription depends on a variable.
      if (error instanceof GraphQLError && requestContext.document?.definitions.some(isSubscription))
        throw forTheWebsocket();
      log.error({ err: error, requestId }, "a document could not be processed");
    },
  };
}

const isSubscription = (definition: DefinitionNode): boolean =>
  definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.SUBSCRIPTION;

function whySchemaIsHidden(audience: SchemaAudience, fromStranger: boolean): string | null {
  if (audience === "nobody") return "Nobody may ask about the schema here.";
  return audience === "signedIn" && fromStranger ? "Sign in to ask about the schema." : null;
}

const STATUS_OF_PASSING = { RATE_LIMITED: 429, UNAVAILABLE: 503 } as const;

/** Who is refused before their document is looked at is answered as if a field had refused them, not with a 500. */
function asAnswer(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  const http =
    error instanceof RateLimitedError || error instanceof UnavailableError
      ? {
          status: STATUS_OF_PASSING[error.code],
          headers: new HeaderMap([["retry-after", String(error.retryAfterSeconds)]]),
        }
      : { status: 200 };
  throw new GraphQLError(error.message, { originalError: error, extensions: { http } });
}

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

/** 401 when nothing was answered and signing in would help, 429 or 503 when waiting would; otherwise GraphQL's own 200. */
const statusOfRefusals: ApolloServerPlugin<SchemaContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response }) {
        if (response.body.kind !== "single") return;
        const { data, errors = [] } = response.body.singleResult;
        const isEmpty = data == null || Object.values(data).every((value) => value === null);
        if (!isEmpty || errors.length === 0) return;
        const all = (code: string) => errors.every((error) => error.extensions?.code === code);
        if (all("UNAUTHENTICATED")) response.http.status = 401;
        const passing = (["RATE_LIMITED", "UNAVAILABLE"] as const).find(all);
        if (!passing) return;
        response.http.status = STATUS_OF_PASSING[passing];
        response.http.headers.set("retry-after", String(errors[0]!.extensions?.retryAfterSeconds));
      },
    };
  },
};
