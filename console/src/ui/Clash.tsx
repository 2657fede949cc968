import { Button } from "./Button";
import { Problem } from "./Problem";

/**
 * Somebody else has saved first. What they have made of it was loaded meanwhile and is said; the person chooses. What
 * they typed is still in the field.
 */
export const Clash = (props: {
  /** What was changed, e.g. "this team". */
  what: string;
  /** How it is called now. */
  now: string;
  busy?: boolean;
  onMine: () => void;
  onTheirs: () => void;
}) => (
  <Problem
    tone="warn"
    message={`Somebody else has changed ${props.what} since you opened it. The name is now “${props.now}”.`}
  >
    <Button small onClick={() => props.onTheirs()}>
      Reload theirs
    </Button>
    <Button small busy={props.busy} onClick={() => props.onMine()}>
      Save mine
    </Button>
  </Problem>
);
