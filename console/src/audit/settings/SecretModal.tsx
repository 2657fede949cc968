import { Button } from "../../ui/Button";
import { Copyable } from "../../ui/Copyable";
import { Modal } from "../../ui/dialogs";
import styles from "./AuditSettings.module.css";

/** What deliveries are signed with. It is told once. */
export const SecretModal = (props: { secret: string; onClose: () => void }) => (
  <Modal
    title="Keep this secret now"
    description="Deliveries are signed with it, so that the receiver can tell that they come from here. It is not shown again."
    width={520}
    onClose={props.onClose}
  >
    <div class={styles.secret}>
      <Copyable value={props.secret} label="secret" mono />
    </div>
    <footer>
      <Button tone="primary" onClick={() => props.onClose()}>
        I have kept it
      </Button>
    </footer>
  </Modal>
);
