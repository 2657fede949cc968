import { A } from "@solidjs/router";
import { Show, splitProps, type Component, type JSX } from "solid-js";
import { viewed } from "../api/session";
import { RefreshCw } from "./icons";

type Tone = "plain" | "primary" | "danger" | "quiet";
type Icon = Component<{ size?: number; "aria-hidden"?: "true"; class?: string }>;

interface Look {
  tone?: Tone;
  small?: boolean;
  icon?: Icon;
  children: JSX.Element;
}

type ButtonProps = Look & {
  busy?: boolean;
  /** Does it change something at the server? By itself what can be busy or ends a form. */
  writes?: boolean;
} & JSX.ButtonHTMLAttributes<HTMLButtonElement>;

/** Why nothing can be changed now; undefined with one's own eyes. */
export const whyReadOnly = () => {
  const eyes = viewed();
  return eyes && `You are viewing as ${eyes.name}. Nothing can be changed.`;
};

/**
 * A button named by its verb. While `busy` it stays focusable and ignores clicks; so does one that writes while somebody
 * looks through another's eyes, and says why.
 */
export function Button(props: ButtonProps) {
  const [look, rest] = splitProps(props, ["tone", "small", "icon", "busy", "writes", "children", "onClick"]);
  const writes = () => look.writes ?? ("busy" in props || props.type === "submit");
  const why = () => (writes() ? whyReadOnly() : undefined);
  const click: JSX.EventHandler<HTMLButtonElement, MouseEvent> = (event) => {
    if (look.busy || why()) event.preventDefault();
    else (look.onClick as JSX.EventHandler<HTMLButtonElement, MouseEvent> | undefined)?.(event);
  };
  return (
    <button
      type="button"
      {...rest}
      class="btn"
      data-tone={look.tone ?? "plain"}
      data-small={look.small ? "" : undefined}
      aria-disabled={look.busy || why() ? "true" : rest["aria-disabled"]}
      title={why() ?? rest.title}
      onClick={click}
    >
      <Show when={look.busy} fallback={<Show when={look.icon}>{(Icon) => iconOf(Icon())}</Show>}>
        <RefreshCw size={14} aria-hidden="true" class="spin" />
      </Show>
      {look.children}
    </button>
  );
}

const iconOf = (Icon: Icon) => <Icon size={15} aria-hidden="true" />;

/** A link that looks like a button: for going somewhere, not for doing something. */
export function LinkButton(props: Look & { href: string }) {
  return (
    <A
      href={props.href}
      class="btn"
      data-tone={props.tone ?? "plain"}
      data-small={props.small ? "" : undefined}
    >
      <Show when={props.icon}>{(Icon) => iconOf(Icon())}</Show>
      {props.children}
    </A>
  );
}
