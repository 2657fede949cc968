import { render } from "solid-js/web";
import "@fontsource-variable/geist/wght.css";
import "@fontsource-variable/geist-mono/wght.css";
import "./styles/base.css";
import "./styles/tokens.css";
import "./styles/shell.css";
import "./styles/ui.css";
import { App } from "./app/App";

const root = document.querySelector("#root");
if (!root) throw new Error("index.html has no #root");
render(() => <App />, root);
