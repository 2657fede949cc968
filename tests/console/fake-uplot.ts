import type uPlot from "uplot";

/** A chart that keeps what it was told: jsdom has no canvas to draw on. */
export class FakeChart {
  data: uPlot.AlignedData = [[]];
  draws = 0;
  scale: { min: number; max: number } | undefined;
  shown: boolean[] = [];
  isGone = false;
  cursor = { idx: null as number | null, left: -10 };
  select = { left: 0, width: 0, top: 0, height: 0 };

  constructor(readonly options: uPlot.Options) {
    made.push(this);
  }
  setData(data: uPlot.AlignedData) {
    this.data = data;
    this.draws++;
  }
  setScale(_axis: string, scale: { min: number; max: number }) {
    this.scale = scale;
  }
  setSeries(index: number, { show }: { show: boolean }) {
    this.shown[index - 1] = show;
  }
  setSize() {}
  setSelect(select: typeof this.select) {
    this.select = select;
  }
  redraw() {}
  destroy() {
    this.isGone = true;
  }
  /** One pixel a second, from the left edge of the window. */
  posToVal(left: number) {
    return (this.scale?.min ?? 0) + left;
  }
  valToPos(value: number) {
    return value - (this.scale?.min ?? 0);
  }

  /** As if somebody had dragged over so many pixels. */
  drag(left: number, width: number) {
    this.select = { left, width, top: 0, height: 10 };
    for (const hook of this.options.hooks?.setSelect ?? []) hook?.(this as unknown as uPlot);
  }
  /** As if the pointer were over a row. */
  point(idx: number | null, left: number) {
    this.cursor = { idx, left };
    for (const hook of this.options.hooks?.setCursor ?? []) hook?.(this as unknown as uPlot);
  }
  doubleClick() {
    const listen = this.options.cursor?.bind?.dblclick;
    const target = document.createElement("div");
    listen?.(this as unknown as uPlot, target, () => null)?.(new MouseEvent("dblclick"));
  }
}

export const made: FakeChart[] = [];
export const alive = () => made.filter((chart) => !chart.isGone);
