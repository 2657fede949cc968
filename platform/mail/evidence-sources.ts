import type { EvidenceSource } from "#domain/emails/index.js";
import type { Config } from "../config.js";
import { catcherEvidence } from "./catcher-evidence.js";
import { postfixEvidence } from "./postfix-evidence.js";

/**
 * Those that are set up; none: what is uncertain is held until a person decides.
 * @param smtpUrl where this worker hands mail over
 */
export function evidenceSources(
  { logFile, catcherUrl }: Config["mailEvidence"],
  smtpUrl: string,
): EvidenceSource[] {
  return [
    ...(catcherUrl === undefined ? [] : [catcherEvidence(catcherUrl, smtpUrl)]),
    ...(logFile === undefined ? [] : [postfixEvidence(logFile)]),
  ];
}
