import { Card } from "../../ui/Layout";
import { Switch } from "../../ui/Switch";
import type { Editor } from "./use-editor";

/** What ends a lead's sequence early; what always does is said, not offered. */
export function StopRulesCard(props: { editor: Editor }) {
  const rules = () => props.editor.draft.stopRules;
  return (
    <Card title="When it stops">
      <p class="dim">A reply, an unsubscription, a bounce and a complaint always end a lead's sequence.</p>
      <Switch
        label="A reply stops the whole company"
        text="All leads of this campaign at the same domain. Addresses of free mail such as gmail.com are nobody's company."
        checked={rules().onCompanyReply}
        onChange={(on) => props.editor.edit((draft) => void (draft.stopRules.onCompanyReply = on))}
      />
      <Switch
        label="A goal stops the lead"
        text="A meeting booked, a demo done, a deal won."
        checked={rules().onGoal}
        onChange={(on) => props.editor.edit((draft) => void (draft.stopRules.onGoal = on))}
      />
    </Card>
  );
}
