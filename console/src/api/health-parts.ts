import { graphql } from "./graphql";

/** A machine and its services now, as the strip of the overview and the page of system health show them. */
export const HealthPartsFragment = graphql(`
  fragment HealthParts on Health @_unmask {
    status
    at
    services {
      name
      status
      latencyMs
      detail
    }
    cpu {
      percent
      status
    }
    memory {
      percent
      usedBytes
      totalBytes
      status
    }
    disk {
      percent
      freeBytes
      totalBytes
      status
    }
    eventLoop {
      p99Ms
      status
    }
  }
`);
