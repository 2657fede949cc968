import type { Id } from "../../ids.js";

/** The installation's HMAC: of an operation, or of the database. */
interface Mac {
  mac(purpose: string, text: string): Buffer;
}

/**
 * What a webhook's deliveries are signed with (Standard Webhooks). It follows from the installation's key and stands
 * nowhere: whoever has the database alone cannot sign. The next number makes another one.
 */
export function streamSecret(by: Mac, id: Id, number: number): string {
  return `whsec_${by.mac("audit stream", `${id}:${number}`).toString("base64")}`;
}
