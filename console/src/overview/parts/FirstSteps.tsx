import { Show } from "solid-js";
import { useCan } from "../../app/me";
import { LinkButton } from "../../ui/Button";
import { Megaphone, Upload } from "../../ui/icons";
import { Empty } from "../../ui/States";

const words = {
  does: "Import the people you want to write to, then write the mail. Nothing leaves before you launch it.",
  looks: "Nothing has been sent yet. What your teams send is shown here as soon as it begins.",
} as const;

/** What a new organisation sees instead of a page of zeros; whoever may do nothing yet is not asked to. */
export function FirstSteps() {
  const can = useCan();
  const may = () => can("LEAD_IMPORT") || can("CAMPAIGN_CREATE");
  return (
    <div class="card">
      <Empty
        title={may() ? "Everything is ready for the first campaign" : "All quiet"}
        text={may() ? words.does : words.looks}
      >
        <Show when={can("LEAD_IMPORT")}>
          <LinkButton tone="primary" href="/leads/import" icon={Upload}>
            Import leads
          </LinkButton>
        </Show>
        <Show when={can("CAMPAIGN_CREATE")}>
          <LinkButton href="/campaigns/new" icon={Megaphone}>
            New campaign
          </LinkButton>
        </Show>
      </Empty>
    </div>
  );
}
