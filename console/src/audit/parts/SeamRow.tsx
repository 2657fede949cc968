import { plural } from "../../lib/format";
import type { Seam } from "../log.model";
import styles from "../Audit.module.css";

/** Where the connection was cut for too long to be told what came meanwhile. */
export const SeamRow = (props: { seam: Seam }) => (
  <tr class={styles.seam}>
    <td>
      {props.seam.isAll
        ? `The connection was cut, and more than ${plural(props.seam.count, "entry", "entries")} came meanwhile: reloaded`
        : `${plural(props.seam.count, "entry", "entries")} may have been missing here: reloaded`}
    </td>
  </tr>
);
