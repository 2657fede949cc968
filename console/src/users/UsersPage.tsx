import { createSignal, lazy, Match, Show, Suspense, Switch } from "solid-js";
import { useCan } from "../app/me";
import { plural } from "../lib/format";
import { useUrlState } from "../lib/url-state";
import { Button } from "../ui/Button";
import { UserPlus } from "../ui/icons";
import { PageHead } from "../ui/Layout";
import { Skeleton } from "../ui/States";
import { TabPanel, Tabs } from "../ui/Tabs";
import { People } from "./parts/People";
import { tabs } from "./users.model";

const UserPanel = lazy(async () => ({ default: (await import("./panel/UserPanel")).UserPanel }));
const InviteModal = lazy(async () => ({ default: (await import("./invite/InviteModal")).InviteModal }));
const Roles = lazy(async () => ({ default: (await import("./matrix/Roles")).Roles }));

const tabLabels = { people: "People", roles: "Roles and permissions" } as const;

/** Everybody who can sign in, and what each role lets them do. */
export function UsersPage() {
  const url = useUrlState();
  const can = useCan();
  const [total, setTotal] = createSignal<number>();
  const tab = () => url.oneOf("tab", tabs, "people");
  const choose = (value: (typeof tabs)[number]) =>
    url.set({ tab: value === "people" ? undefined : value, q: undefined });
  return (
    <>
      <PageHead
        title="Users"
        sub={total() === undefined ? "Who can sign in, and what they may do." : summary(total() ?? 0)}
      >
        <Show when={can("USER_INVITE")}>
          <Button tone="primary" icon={UserPlus} onClick={() => url.set({ invite: "1" })}>
            Invite people
          </Button>
        </Show>
      </PageHead>
      <Tabs
        label="Users"
        tabs={tabs.map((value) => ({ value, label: tabLabels[value] }))}
        value={tab()}
        onValue={choose}
      />
      <TabPanel value={tab()}>
        <Switch>
          <Match when={tab() === "people"}>
            <People onTotal={setTotal} />
          </Match>
          <Match when={tab() === "roles"}>
            <Suspense fallback={<Skeleton rows={12} />}>
              <Roles />
            </Suspense>
          </Match>
        </Switch>
      </TabPanel>
      <Suspense>
        <Show when={url.get("user") !== ""}>
          <UserPanel
            id={url.get("user")}
            onMove={(user) => url.set({ user })}
            onClose={() => url.set({ user: undefined })}
          />
        </Show>
        <Show when={url.get("invite") && can("USER_INVITE")}>
          <InviteModal onClose={() => url.set({ invite: undefined })} />
        </Show>
      </Suspense>
    </>
  );
}

const summary = (people: number) => `${plural(people, "person", "people")}, 3 roles, 25 permissions.`;
