import { createSignal } from "solid-js";
import { download } from "../../lib/download";
import { Button } from "../../ui/Button";
import { Download } from "../../ui/icons";
import { toast } from "../../ui/toast";

/** All rows as a file for a spreadsheet, not only those on the page. */
export function DownloadButton(props: { campaignId: string; startAt?: string }) {
  const [busy, setBusy] = createSignal(false);
  const fetchFile = async () => {
    const search = props.startAt ? `?${new URLSearchParams({ startAt: props.startAt }).toString()}` : "";
    setBusy(true);
    const fault = await download(
      `/api/campaigns/${props.campaignId}/timetable.csv${search}`,
      "timetable.csv",
    );
    setBusy(false);
    if (fault) toast("The timetable was not downloaded", fault, "bad");
  };
  return (
    <Button small icon={Download} writes={false} busy={busy()} onClick={() => void fetchFile()}>
      CSV
    </Button>
  );
}
