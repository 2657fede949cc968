import { nextStepAfter, type FrozenContent } from "#domain/campaigns/index.js";
import {
  chooseVariant,
  TemplateCache,
  type ClaimedMessage,
  type CompiledTemplate,
  type NextStep,
} from "#domain/emails/index.js";
import type { Id } from "#domain/ids.js";
import { statement, type Reader } from "#domain/operation.js";

/** What a launch has frozen, and the request that launched it. */
export interface LaunchedContent extends FrozenContent {
  readonly requestId: string | null;
}

const FROZEN_CONTENT = statement<{ content: FrozenContent; requestId: string | null }>(
  "frozen_content",
  `select content, request_id as "requestId" from campaign_version where id = $1`,
);
const CURRENT_VERSION = statement<{ id: Id | null }>(
  "current_version",
  "select launched_version_id as id from campaign where id = $1",
);
const MOST_VERSIONS = 100;

/** Wording and sender of one message. */
export interface Wording {
  readonly content: LaunchedContent;
  readonly variant: number;
  readonly template: CompiledTemplate;
}

/** What launches have frozen, read once a process: versions never change. */
export class FrozenVersions {
  private readonly contents = new Map<Id, LaunchedContent>();
  private readonly templates = new TemplateCache();

  constructor(private readonly reader: Reader) {}

  /** @throws Error of liquidjs when the template does not parse; Error when the version lacks the step. */
  wordingFor(message: ClaimedMessage, content: LaunchedContent): Wording {
    const step = content.steps.find(({ id }) => id === message.step_id);
    if (!step) throw new Error("The campaign's version does not have this step.");
    const { variant, parts } = chooseVariant(step, message.lead_id);
    const template = this.templates.get(`${message.version_id}:${step.id}:${variant}`, parts);
    return { content, variant, template };
  }

  /** The step that follows a message's own in the campaign as it is now; null when it was the last. */
  async nextStep(message: ClaimedMessage): Promise<NextStep | null> {
    const own = await this.contentOf(message.version_id);
    const [current] = await this.reader.query(CURRENT_VERSION, [message.campaign_id]);
    if (!current?.id || current.id === message.version_id) return nextStepAfter(own, message.step_id);
    return nextStepAfter(await this.contentOf(current.id), message.step_id, own);
  }

  async contentOf(versionId: Id): Promise<LaunchedContent> {
    const known = this.contents.get(versionId);
    if (known) return known;
    const [row] = await this.reader.query(FROZEN_CONTENT, [versionId]);
    if (!row) throw new Error("The campaign's version is missing.");
    const launched = { ...row.content, requestId: row.requestId };
    this.contents.set(versionId, launched);
    if (this.contents.size > MOST_VERSIONS) this.contents.delete(this.contents.keys().next().value!);
    return launched;
  }
}
