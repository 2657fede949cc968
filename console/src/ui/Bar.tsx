import styles from "./Bar.module.css";

/** How much of something is used or done, from 0 to 1. No transition: it moves while people watch. */
export const Bar = (props: {
  kind: "meter" | "progressbar";
  label: string;
  share: number;
  text?: string;
}) => {
  const percent = () => Math.round(Math.min(1, Math.max(0, props.share)) * 1_000) / 10;
  return (
    <span
      class={styles.bar}
      role={props.kind}
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent()}
      aria-valuetext={props.text}
    >
      <i style={{ width: `${percent()}%` }} />
    </span>
  );
};
