import type { Move } from "../../api/campaign-actions";
import { countIn, type Accounting } from "../../lib/accounting";
import { plural } from "../../lib/format";
import { ConfirmModal } from "../../ui/dialogs";

/** Asks before a campaign is cancelled or a draft deleted, and says what that means in numbers. */
export function ConfirmMove(props: {
  move: Move;
  campaign: { name: string; accounting: Accounting };
  onConfirm: () => Promise<boolean>;
  onClose: () => void;
}) {
  const waiting = () => countIn(props.campaign.accounting, "PLANNED", "QUEUED");
  const cancelling = () => props.move === "CANCEL";
  return (
    <ConfirmModal
      title={cancelling() ? `Cancel “${props.campaign.name}”?` : `Delete the draft “${props.campaign.name}”?`}
      description={
        cancelling()
          ? `${plural(waiting(), "message")} not sent yet will never be sent. What has been sent stays in the ledger. This cannot be undone.`
          : "Its text and its audience are gone for good. Nothing has been sent."
      }
      confirm={cancelling() ? "Cancel campaign" : "Delete draft"}
      cancel={cancelling() ? "Keep it" : "Keep the draft"}
      onConfirm={props.onConfirm}
      onClose={props.onClose}
    />
  );
}
