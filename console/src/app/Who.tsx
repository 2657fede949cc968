import { initials, sentence } from "../lib/format";
import { useMe } from "./me";

/** Round badge, name and role of the signed-in person. */
export function Who() {
  const me = useMe();
  return (
    <>
      <span class="avatar" aria-hidden="true">
        {initials(me().name)}
      </span>
      <span>
        <b class="clip">{me().name}</b>
        <small class="clip">{sentence(me().role)}</small>
      </span>
    </>
  );
}
