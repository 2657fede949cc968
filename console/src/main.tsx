import { render } from "solid-js/web";
import "@fontsource-variable/geist/wght.css";
import "@fontsource-variable/geist-mono/wght.css";
import "./styles/base.css";
import "./styles/tokens.css";
import "./styles/shell.css";
import "./styles/controls.css";
import "./styles/lists.css";
import "./styles/states.css";
import "./styles/overlays.css";
import "./styles/forms.css";
import { watchErrors } from "./api/report";
import { App } from "./app/App";

watchErrors();
const root = document.querySelector("#root");
if (!root) throw new Error("index.html has no #root");
render(() => <App />, root);
