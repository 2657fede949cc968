import { createEffect, type JSX } from "solid-js";
import { Mark } from "../ui/Mark";
import { ArrowLeft } from "../ui/icons";
import { enter, type Door } from "./doors";
import styles from "./SignIn.module.css";

/** The frame of every page for people who are not signed in. */
export function Doorway(props: { title: string; lead?: JSX.Element; children: JSX.Element }) {
  createEffect(() => {
    document.title = `${props.title} · Postwatch`;
  });
  return (
    <div class={styles.page}>
      <Waves />
      <main class={styles.panel}>
        <div class={styles.brand}>
          <Mark />
          <span>Postwatch</span>
        </div>
        <h1 tabindex="-1">{props.title}</h1>
        <p class={styles.lead}>{props.lead}</p>
        {props.children}
      </main>
    </div>
  );
}

/** A link to another of these pages, without a reload. */
export const DoorLink = (props: { to?: Door; children: JSX.Element }) => (
  <a
    class="textlink"
    href={`/admin/${props.to ?? "overview"}`}
    onClick={(event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      enter(props.to);
    }}
  >
    {props.children}
  </a>
);

export const BackToSignIn = () => (
  <p class={styles.foot}>
    <ArrowLeft size={14} aria-hidden="true" />
    <DoorLink>Back to sign-in</DoorLink>
  </p>
);

const lines = Array.from({ length: 9 }, (_, index) => 120 + index * 34);

const Waves = () => (
  <svg class={styles.art} viewBox="0 0 900 560" preserveAspectRatio="xMaxYMid slice" aria-hidden="true">
    <circle cx="250" cy="268" r="178" />
    <circle cx="250" cy="268" r="164" />
    <circle cx="250" cy="268" r="104" />
    {lines.map((y) => (
      <path d={`M440 ${y}c46-26 92 26 138 0s92 26 138 0 92 26 138 0 92 26 138 0`} />
    ))}
  </svg>
);
