#!/usr/bin/env node
import { runBuilt } from "./built.mjs";

await runBuilt("postwatch", "scripts/cli.js");
