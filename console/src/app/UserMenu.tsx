import { signOut } from "../api/session";
import { Menu } from "../ui/Menu";
import { Keyboard, LogOut, Monitor, Moon, Sun } from "../ui/icons";
import { useMe } from "./me";
import { setTheme } from "./theme";
import { Who } from "./Who";

/** The person, the theme, the keys, the way out. */
export function UserMenu(props: { onKeys: () => void }) {
  const me = useMe();
  return (
    <Menu
      class="who"
      placement="top-start"
      heading={me().email}
      entries={[
        { label: "Light theme", icon: Sun, run: () => setTheme("light") },
        { label: "Dark theme", icon: Moon, run: () => setTheme("dark") },
        { label: "System theme", icon: Monitor, run: () => setTheme("system") },
        { label: "Keyboard shortcuts", icon: Keyboard, apart: true, run: () => props.onKeys() },
        { label: "Sign out", icon: LogOut, apart: true, run: () => void signOut() },
      ]}
    >
      <Who />
    </Menu>
  );
}
