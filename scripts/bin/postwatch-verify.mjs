#!/usr/bin/env node
import { runBuilt } from "./built.mjs";

await runBuilt("postwatch-verify", "postwatch-verify.mjs");
