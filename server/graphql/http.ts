import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";
import { fastifyApolloHandler } from "@as-integrations/fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError, OperationTypeNode, type GraphQLSchema, type ValidationRule } from "graphql";
import type { SchemaContext } from "#schema/context.js";
import type { ErrorFormatter } from "./format-error.js";
import { introspects } from "./introspection.js";
import { MAX_ERRORS, MAX_TOKENS } from "./limits.js";
import { PricedBudget } from "./priced-budget.js";
import { priceOf } from "./points.js";
import { assertModestVariables } from "./variables.js";

/** Room for a file that is sent as a string (startImport); the document itself is held by MAX_TOKENS. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

export interface HttpGraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly limits: ValidationRule;
  readonly formatError: ErrorFormatter;
  /** In production strangers may not ask what the schema has. */
  readonly hidesSchemaFromStrangers: boolean;
  openContext(request: FastifyRequest, reply: FastifyReply): Promise<SchemaContext>;
}

/** Queries by GET and POST, mutations by POST, on /graphql. The caller starts nothing: this does. */
export async function serveGraphqlOverHttp(app: FastifyInstance, options: HttpGraphqlOptions): Promise<void> {
  const apollo = new ApolloServer<SchemaContext>({
    schema: options.schema,
    validationRules: [options.limits],
    validationOptions: { maxErrors: MAX_ERRORS },
    parseOptions: { maxTokens: MAX_TOKENS },
    formatError: (_formatted, error) => options.formatError(error),
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    introspection: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    plugins: [
      // It would wrap every field of every object to no use of ours: a third of the time of a list.
      ApolloServerPluginCacheControlDisabled(),
      refuseWhatIsNotForHttp(options),
      statusOfRefusals,
    ],
  });
  await apollo.start();
  app.route({
    method: ["GET", "POST"],
    url: "/graphql",
    bodyLimit: BODY_LIMIT_BYTES,
    onRequest: async (request) => {
      // Apollo's prevention is for both methods or none. By GET only queries run, and no query looks at a cookie: who
      // asks is proved by the bearer token, which a page of another site cannot send without a preflight.
      if (request.method === "GET") request.headers["apollo-require-preflight"] ||= "1";
    },
    handler: fastifyApolloHandler(apollo, { context: options.openContext }),
  });
  app.addHook("onClose", () => apollo.stop());
}

function refuseWhatIsNotForHttp(options: HttpGraphqlOptions): ApolloServerPlugin<SchemaContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, document, request, contextValue }) {
          // Apollo would call the field's resolver, past the guard of its subscription.
          if (operation?.operation === OperationTypeNode.SUBSCRIPTION)
            throw refused("BAD_REQUEST", "Subscriptions are served over the websocket at /graphql.");
          if (
            options.hidesSchemaFromStrangers &&
            contextValue.op.actor.kind === "ANONYMOUS" &&
            introspects(document)
          )
            throw refused("INTROSPECTION_DISABLED", "Sign in to ask about the schema.");
          assertModestVariables(request.variables);
          const { budget } = contextValue;
          if (operation && budget instanceof PricedBudget)
            await budget.pay(priceOf(options.schema, document, operation, request.variables));
        },
      };
    },
  };
}

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

/** 401 when nothing was answered and signing in would help, 429 when waiting would; otherwise GraphQL's own 200. */
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
        if (!all("RATE_LIMITED")) return;
        response.http.status = 429;
        response.http.headers.set("retry-after", String(errors[0]!.extensions?.retryAfterSeconds));
      },
    };
  },
};
