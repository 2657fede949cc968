import { createSignal } from "solid-js";
import { failureOf } from "../../api/failure";
import { useSend } from "../../api/send";
import { InviteUser } from "../users-changes.gql";
import type { Role } from "../users.gql";
import { looksLikeAddress, resultOf, type Invitee, type InviteResult } from "./invite.model";

interface Place {
  role: Role;
  teamIds: readonly string[];
}

const notAnAddress = failureOf({
  code: "BAD_USER_INPUT",
  message: "An address looks like name@example.com.",
  path: ["input", "email"],
});

/**
 * Sends invitations one after the other, so that each has a result of its own. A refusal for the pace stops the row:
 * the rest waits for another try.
 */
export function useInviting() {
  const { send } = useSend();
  const [results, setResults] = createSignal<readonly InviteResult[]>([]);
  const [progress, setProgress] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const keys = new Map<string, string>();
  // The same invitation again has the same key: nobody gets two mails because an answer was lost.
  const keyOf = (input: string) => {
    const key = keys.get(input) ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
    keys.set(input, key);
    return key;
  };
  const inviteOne = async (invitee: Invitee, place: Place): Promise<InviteResult> => {
    if (!looksLikeAddress(invitee.email)) return resultOf(invitee, notAnAddress);
    const input = { ...invitee, role: place.role, teamIds: [...place.teamIds] };
    const { failure } = await send(InviteUser, { input, key: keyOf(JSON.stringify(input)) });
    return resultOf(invitee, failure);
  };
  const invite = async (invitees: readonly Invitee[], place: Place): Promise<readonly InviteResult[]> => {
    setBusy(true);
    const found: InviteResult[] = [];
    for (const [index, invitee] of invitees.entries()) {
      if (invitees.length > 1) setProgress(`Sending ${index + 1} of ${invitees.length}`);
      const stopped = found.find((each) => each.verdict === "WAITING");
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      found.push(stopped ? { ...stopped, invitee } : await inviteOne(invitee, place));
    }
    setResults(found);
    setProgress("");
    setBusy(false);
    return found;
  };
  return { invite, results, progress, busy };
}
