import type { JSX } from "solid-js";
import { plural } from "../lib/format";
import { ConfirmModal } from "../ui/dialogs";
import type { BulkAction } from "./use-bulk";

const consequences: Record<BulkAction, string> = {
  RETRY: "Each is due now and has all its attempts before it. Its history stays.",
  DISCARD: "They will not run. Each can be restored on its own page until it is cleaned up.",
};

/** Asks before many jobs are changed, with how many. */
export const BulkQuestion = (props: {
  action: BulkAction;
  count: number;
  /** Which ones, e.g. "failed in emails". */
  which: string;
  progress?: string;
  onConfirm: () => Promise<boolean>;
  onClose: () => void;
  children?: JSX.Element;
}) => {
  const verb = () => (props.action === "RETRY" ? "Retry" : "Discard");
  return (
    <ConfirmModal
      title={`${verb()} ${plural(props.count, "job")}?`}
      description={`${props.count === 1 ? "The one" : `All ${props.count.toLocaleString("en")}`} ${props.which}. ${consequences[props.action]}`}
      confirm={props.progress ?? `${verb()} ${plural(props.count, "job")}`}
      tone={props.action === "RETRY" ? "primary" : "danger"}
      onConfirm={props.onConfirm}
      onClose={props.onClose}
    >
      {props.children}
    </ConfirmModal>
  );
};
