import type { CombinedError } from "@urql/core";
import { lazy, Show, Suspense } from "solid-js";
import { failureOfError, type Failure } from "../api/failure";
import { Problem } from "./Problem";

const Refused = lazy(async () => ({ default: (await import("./Denial")).Refused }));

// "signedIn" and the like are no permissions; whoever looks through another's eyes lacks none.
const permissionOf = ({ explain }: Failure) =>
  explain && explain.scope !== "VIEW_AS" && /^[A-Z_]+$/.test(explain.permission) ? explain : undefined;

/** Why something inside a page was refused: a sentence, and for a missing permission what it is and whom to ask. */
export const Refusal = (props: { of: Failure; retry?: () => void }) => {
  const plain = () => <Problem message={props.of.message} retry={props.retry} />;
  return (
    <Show when={permissionOf(props.of)} fallback={plain()}>
      {(explain) => (
        <Suspense fallback={plain()}>
          <Refused message={props.of.message} explain={explain()} />
        </Suspense>
      )}
    </Show>
  );
};

/** The same for a query. */
export const QueryRefusal = (props: { of: CombinedError; retry?: () => void }) => (
  <Refusal of={failureOfError(props.of)} retry={props.retry} />
);
