import { now } from "../../lib/clock";
import { ConfirmModal } from "../../ui/dialogs";
import { keptFor, lastMonthOver } from "./settings.model";

/** Asks before entries are deleted for good. */
export const ShorterModal = (props: {
  months: number;
  isHeld: boolean;
  onConfirm: () => Promise<boolean>;
  onClose: () => void;
}) => (
  <ConfirmModal
    title={`Keep entries ${keptFor(props.months)} only?`}
    description={`All entries up to ${lastMonthOver(props.months, now())} are deleted ${
      props.isHeld ? "once the hold has ended" : "in the following night"
    }, in the whole installation. Their seals stay; the entries cannot be brought back.`}
    confirm={`Keep ${keptFor(props.months)}`}
    onConfirm={props.onConfirm}
    onClose={props.onClose}
  />
);
