import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const api = process.env["CONSOLE_API"] ?? "http://127.0.0.1:4000";

export default defineConfig({
  root: at("."),
  base: "/admin/",
  plugins: [solid()],
  build: {
    target: "es2022",
    outDir: at("../dist/console"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 5173, proxy: { "/graphql": { target: api, ws: true }, "/api": api } },
});
