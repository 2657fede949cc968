import { Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { Button } from "../../ui/Button";
import { Problem } from "../../ui/Problem";
import { Refusal } from "../../ui/Refusal";

/** Why a change was refused; where somebody else came first, the way to what they made of it. */
export const Changed = (props: { failure: Failure; what: string; onTheirs: () => void }) => (
  <Show when={props.failure.code === "CONFLICT"} fallback={<Refusal of={props.failure} />}>
    <Problem
      tone="warn"
      message={`Somebody else has changed ${props.what} since you opened it. Nothing was changed by you.`}
    >
      <Button small onClick={() => props.onTheirs()}>
        Reload theirs
      </Button>
    </Problem>
  </Show>
);
