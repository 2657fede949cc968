import { countIn, type Accounting } from "../../lib/accounting";
import { plural } from "../../lib/format";
import { ConfirmModal } from "../../ui/dialogs";

export type Asked = "CANCEL" | "DELETE" | "ARCHIVE";

interface Campaign {
  name: string;
  accounting: Accounting;
}

const questions: Record<
  Asked,
  { title: (name: string) => string; text: (campaign: Campaign) => string; confirm: string; cancel: string }
> = {
  CANCEL: {
    title: (name) => `Cancel “${name}”?`,
    text: ({ accounting }) =>
      `${plural(countIn(accounting, "PLANNED", "QUEUED"), "message")} not sent yet will never be sent. What has been sent stays in the ledger. This cannot be undone.`,
    confirm: "Cancel campaign",
    cancel: "Keep it",
  },
  DELETE: {
    title: (name) => `Delete the draft “${name}”?`,
    text: () => "Its text and its audience are gone for good. Nothing has been sent.",
    confirm: "Delete draft",
    cancel: "Keep the draft",
  },
  ARCHIVE: {
    title: (name) => `Archive “${name}”?`,
    text: () =>
      "It leaves the list and stands under Archived, readable for ever with all its messages. It can be copied; it does not come back.",
    confirm: "Archive",
    cancel: "Leave it",
  },
};

/** Asks before a campaign is cancelled or archived or a draft deleted, and says what that means in numbers. */
export function ConfirmMove(props: {
  move: Asked;
  campaign: Campaign;
  onConfirm: () => Promise<boolean>;
  onClose: () => void;
}) {
  const question = () => questions[props.move];
  return (
    <ConfirmModal
      title={question().title(props.campaign.name)}
      description={question().text(props.campaign)}
      confirm={question().confirm}
      cancel={question().cancel}
      tone={props.move === "ARCHIVE" ? "primary" : "danger"}
      onConfirm={props.onConfirm}
      onClose={props.onClose}
    />
  );
}
