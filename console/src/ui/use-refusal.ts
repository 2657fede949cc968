import { createSignal } from "solid-js";
import type { Failure } from "../api/failure";

/**
 * What a form was refused for: each issue at the field of that name, everything else above the fields. The first field
 * with a fault gets the focus.
 */
export function useRefusal() {
  const [errors, setErrors] = createSignal<Record<string, string>>({});
  const [failure, setFailure] = createSignal<Failure>();
  const show = (form: HTMLFormElement, refused: Failure | undefined) => {
    const placed = (refused?.issues ?? []).flatMap(({ path, message }) => {
      const name = path.split(".").at(-1) ?? "";
      return form.elements.namedItem(name) ? [[name, message] as const] : [];
    });
    setErrors(Object.fromEntries(placed));
    setFailure(placed.length ? undefined : refused);
    const first = placed[0]?.[0];
    if (first) form.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };
  return { errors, failure, show };
}
