import { useNavigate } from "@solidjs/router";
import { signOut } from "../api/sign-out";
import { Menu } from "../ui/Menu";
import { CircleUser, Keyboard, LogOut, Monitor, Moon, Sun } from "../ui/icons";
import { useMe } from "./me";
import { setTheme } from "./theme";
import { Who } from "./Who";

/** The person with their profile, the theme, the keys, the way out. */
export function UserMenu(props: { onKeys: () => void }) {
  const me = useMe();
  const navigate = useNavigate();
  return (
    <Menu
      class="who"
      placement="top-start"
      heading={me().email}
      entries={[
        { label: "Your profile", icon: CircleUser, run: () => navigate("/profile") },
        { label: "Light theme", icon: Sun, apart: true, run: () => setTheme("light") },
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
