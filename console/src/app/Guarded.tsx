import { createEffect, lazy, Show, type JSX } from "solid-js";
import { useCan, type Permission } from "./me";

const DeniedPage = lazy(async () => ({ default: (await import("./DeniedPage")).DeniedPage }));

/** Shows a page to those who may see it, and to others what they are missing and whom to ask. The address stays. */
export function Guarded(props: { permission?: Permission; title: string; children: JSX.Element }) {
  const can = useCan();
  createEffect(() => {
    document.title = `${props.title} · Postwatch`;
  });
  return (
    <Show when={!can(props.permission) && props.permission} fallback={props.children}>
      {(permission) => <DeniedPage permission={permission()} title={props.title} />}
    </Show>
  );
}
