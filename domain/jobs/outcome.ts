/**
 * How a run of a job ends. `done`: finished for good. `cancel`: there is nothing to do, e.g. the campaign was
 * cancelled meanwhile; counts as finished. `retry`: try again by the policy; the last attempt makes it dead. `fail`: dead at once, trying again cannot mend it.
 * `snooze`: come back later, not counted as an attempt. A thrown error is `retry`, unless it is a coded
 * DomainError that does not pass, which is final: trying again cannot mend it.
 */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "cancel"; readonly reason: string }
  | { readonly kind: "retry"; readonly reason: string }
  | { readonly kind: "fail"; readonly reason: string }
  | { readonly kind: "snooze"; readonly seconds: number };

export const done: Outcome = { kind: "done" };
export const cancel = (reason: string): Outcome => ({ kind: "cancel", reason });
export const retry = (reason: string): Outcome => ({ kind: "retry", reason });
export const fail = (reason: string): Outcome => ({ kind: "fail", reason });
export const snooze = (seconds: number): Outcome => ({ kind: "snooze", seconds });
