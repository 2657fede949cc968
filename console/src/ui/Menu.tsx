import { Content, Item, Portal, Root, Separator, Trigger } from "@kobalte/core/dropdown-menu";
import { For, Show, type Component, type JSX } from "solid-js";

export interface MenuEntry {
  label: string;
  icon?: Component<{ size?: number; "aria-hidden"?: "true" }>;
  tone?: "danger";
  disabled?: boolean;
  /** Draws a line above. */
  apart?: boolean;
  run: () => void;
}

/** A button that opens a list of actions; arrow keys, type-ahead and Escape work. */
export function Menu(props: {
  label?: string;
  class: string;
  entries: readonly MenuEntry[];
  heading?: JSX.Element;
  placement?: "top-start" | "bottom-end";
  children: JSX.Element;
}) {
  return (
    <Root placement={props.placement ?? "bottom-end"} gutter={4} modal={false}>
      <Trigger class={props.class} aria-label={props.label}>
        {props.children}
      </Trigger>
      <Portal mount={document.querySelector("#menus") ?? undefined}>
        <Content class="menu">
          <Show when={props.heading}>
            <div class="menu-label">{props.heading}</div>
          </Show>
          <For each={props.entries}>
            {(entry) => (
              <>
                <Show when={entry.apart}>
                  <Separator />
                </Show>
                <Item
                  class="menu-item"
                  data-tone={entry.tone}
                  disabled={entry.disabled}
                  onSelect={() => entry.run()}
                >
                  <Show when={entry.icon}>
                    {(icon) => {
                      const Icon = icon();
                      return <Icon size={15} aria-hidden="true" />;
                    }}
                  </Show>
                  <span>{entry.label}</span>
                </Item>
              </>
            )}
          </For>
        </Content>
      </Portal>
    </Root>
  );
}
