import { LinkButton } from "../../ui/Button";
import { Megaphone, Upload } from "../../ui/icons";
import { Empty } from "../../ui/States";

/** What a new organisation sees instead of a page of zeros. */
export const FirstSteps = () => (
  <div class="card">
    <Empty
      title="Everything is ready for the first campaign"
      text="Import the people you want to write to, then write the mail. Nothing leaves before you launch it."
    >
      <LinkButton tone="primary" href="/leads/import" icon={Upload}>
        Import leads
      </LinkButton>
      <LinkButton href="/campaigns/new" icon={Megaphone}>
        New campaign
      </LinkButton>
    </Empty>
  </div>
);
