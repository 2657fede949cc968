import { createStore, reconcile } from "solid-js/store";
import { createSignal } from "solid-js";
import { useClient } from "@urql/solid";
import type { CombinedError } from "@urql/core";
import { failureOf, failureOfError, type Failure } from "../../api/failure";
import { plural } from "../../lib/format";
import { toast } from "../../ui/toast";
import { CreateCampaign, LaunchCampaign, UpdateCampaign, type Editable } from "./editor.gql";
import {
  draftOf,
  emptyDraft,
  errorsByField,
  fingerprint,
  inputOf,
  withoutErrors,
  type Draft,
  type FieldErrors,
} from "./editor.model";

/** The state of one editor: the draft, what of it is saved, and what the server said about it. */
export function useEditor(start: Editable | undefined) {
  const client = useClient();
  const [draft, setDraft] = createStore<Draft>(start ? draftOf(start) : emptyDraft());
  const [campaign, setCampaign] = createSignal(start);
  const [saved, setSaved] = createSignal(fingerprint(draft));
  const [errors, setErrors] = createSignal<FieldErrors>({});
  const [failure, setFailure] = createSignal<Failure>();
  const [busy, setBusy] = createSignal<"save" | "launch">();
  const dirty = () => fingerprint(draft) !== saved();

  const fail = (refused: Failure) => {
    const { fields, rest } = errorsByField(refused);
    setErrors(fields);
    setFailure({ ...refused, message: summaryOf(refused, Object.keys(fields).length, rest) });
  };
  const adopt = (fresh: Editable) => {
    setCampaign(fresh);
    // What was new has its id now; what was typed meanwhile stays.
    setDraft("steps", (steps) =>
      steps.map((step, at) => ({ ...step, id: step.id ?? fresh.steps[at]?.id ?? null })),
    );
    setSaved(fingerprint(draftOf(fresh)));
  };
  const edit = (change: (draft: Draft) => void, key?: string) => {
    const next = structuredClone(JSON.parse(JSON.stringify(draft)) as Draft);
    change(next);
    setDraft(reconcile(next, { merge: true }));
    if (key) setErrors((all) => withoutErrors(all, key));
  };
  const send = async (overwrite: boolean) => {
    const current = campaign();
    if (!current) {
      const result = await client.mutation(CreateCampaign, { input: inputOf(draft) }).toPromise();
      return { error: result.error, outcome: result.data?.createCampaign };
    }
    const expectedVersion = overwrite ? undefined : current.version;
    const input = { ...inputOf(draft), id: current.id, expectedVersion };
    const { trackOpens: _opens, trackClicks: _clicks, ...changes } = input;
    const result = await client.mutation(UpdateCampaign, { input: changes }).toPromise();
    return { error: result.error, outcome: result.data?.updateCampaign };
  };

  /** Saves; resolves to the campaign, or to undefined when it was refused. */
  const save = async ({ overwrite = false, quiet = false } = {}): Promise<Editable | undefined> => {
    setBusy("save");
    setFailure(undefined);
    const { error, outcome } = await send(overwrite);
    setBusy(undefined);
    const refused = refusal(error, outcome);
    if (refused || !outcome || !("campaign" in outcome)) {
      if (refused) fail(refused);
      return undefined;
    }
    setErrors({});
    adopt(outcome.campaign);
    if (!quiet) toast(isLive(outcome.campaign) ? "Saved as the next version" : "Draft saved");
    return outcome.campaign;
  };

  /** Launches what is saved; true when it runs. */
  const launch = async (): Promise<boolean> => {
    const current = campaign();
    if (!current) return false;
    setBusy("launch");
    const result = await client.mutation(LaunchCampaign, { id: current.id }).toPromise();
    setBusy(undefined);
    const refused = refusal(result.error, result.data?.launchCampaign);
    if (refused) fail(refused);
    return !refused;
  };

  /** Takes over what is stored, and forgets what was typed. */
  const replaceWith = (fresh: Editable) => {
    setDraft(reconcile(draftOf(fresh), { merge: true }));
    setFailure(undefined);
    setErrors({});
    adopt(fresh);
  };
  const forget = () => setSaved(fingerprint(draft));
  return {
    draft,
    edit,
    errors,
    failure,
    setFailure,
    busy,
    dirty,
    campaign,
    save,
    launch,
    replaceWith,
    forget,
  };
}

/** It runs or is paused: an edit is its next version. */
export const isLive = (campaign: Editable | undefined) =>
  campaign?.status === "RUNNING" || campaign?.status === "PAUSED";

export type Editor = ReturnType<typeof useEditor>;

function refusal(error: CombinedError | undefined, outcome: object | null | undefined): Failure | undefined {
  if (error) return failureOfError(error);
  if (!outcome) return { code: "EMPTY", message: "The server gave no answer. Try again.", issues: [] };
  return "campaign" in outcome ? undefined : failureOf(outcome);
}

/** The fields say what is wrong with them; above the form stands only how many there are, and what fits no field. */
function summaryOf(refused: Failure, atFields: number, rest: string[]): string {
  if (atFields === 0) return rest.length > 0 ? rest.join(" ") : refused.message;
  const verb = atFields === 1 ? "needs" : "need";
  return [`${plural(atFields, "field")} ${verb} your attention, marked below.`, ...rest].join(" ");
}
