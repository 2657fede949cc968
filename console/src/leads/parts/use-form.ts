import type { CombinedError } from "@urql/core";
import { createSignal } from "solid-js";
import { failureOf, failureOfError, type Failure } from "../../api/failure";

interface Answer<Outcome> {
  error?: CombinedError;
  outcome?: Outcome;
}

/**
 * A small form that is sent once: each issue at its field (by the last part of its path), the rest above.
 * `submit` resolves to true when the server took it.
 */
export function useForm<Outcome extends { kind: string; message?: string }>(
  send: (values: FormData) => Promise<Answer<Outcome>>,
) {
  const [errors, setErrors] = createSignal<Record<string, string>>({});
  const [failure, setFailure] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const submit = async (form: HTMLFormElement): Promise<Outcome | undefined> => {
    if (busy()) return undefined;
    setBusy(true);
    const { error, outcome } = await send(new FormData(form));
    setBusy(false);
    const refused: Failure | undefined = error
      ? failureOfError(error)
      : outcome?.kind.endsWith("Success")
        ? undefined
        : failureOf(outcome ?? {});
    const names = new Set([...form.elements].map((element) => element.getAttribute("name")));
    const placed = (refused?.issues ?? []).map(
      (issue) => [issue.path.split(".")[0] ?? "", issue.message] as const,
    );
    const known = placed.filter(([name]) => names.has(name));
    setErrors(Object.fromEntries(known));
    setFailure(refused && known.length === 0 ? refused.message : undefined);
    const first = known[0]?.[0];
    if (first) form.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    return refused ? undefined : outcome;
  };
  return { errors, failure, busy, submit };
}
