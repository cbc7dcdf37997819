/** Types that several modules share, for `tsc --checkJs` only: browsers never load this file. */

// --- Wire format, see docs/protocol.md ---

interface Verdict {
  kind: "species" | "group" | "animal" | "none" | "unsure";
  display: string;
  headline: string;
  perhaps: string;
  /** Probability of what `kind` and `headline` name, 0…1. */
  score: number;
  reason: string;
}

interface Prediction {
  index: number;
  display: string;
  /** Probability of the class, 0…1. */
  score: number;
  is_animal: boolean;
}

interface HeatmapData {
  /** Left, top, width and height of the classified square, as fractions of the upright photo. */
  view_box: [number, number, number, number];
  /** 49 logits each, seven rows from the upper left, by class index or "verdict". */
  maps: Record<string, number[]>;
}

interface Model {
  name: string;
  version: string;
}

interface Result {
  id: string;
  record: string;
  verdict: Verdict;
  squirrel: "yes" | "maybe" | "no";
  predictions: Prediction[];
  heatmap?: HeatmapData | null;
  model: Model;
  timings: { total_ms: number };
}

interface Limits {
  max_bytes: number;
  max_in_flight: number;
}

/** Every message of the server; `type` determines its fields. */
type ServerMessage =
  | { type: "hello"; id?: undefined; protocol: number; model: Model; limits: Limits; ticket_expires_in: number }
  | { type: "queued"; id: string; position: number }
  | ({ type: "result" } & Result)
  | { type: "cancelled"; id: string }
  | ErrorMessage
  | { type: "pong"; id?: undefined };

interface ErrorMessage {
  type: "error";
  id?: string;
  code: string;
  message: string;
  /** Seconds. */
  retry_after?: number;
}

// --- Connection ---

/** A source of time and timers, replaced in tests. */
interface Clock {
  now(): number;
  schedule(ms: number, callback: () => void): unknown;
  cancel(timer: any): void;
}

/** The part of WebSocket that this page uses. */
interface Socket {
  binaryType: BinaryType;
  readonly bufferedAmount: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string | ArrayBuffer): void;
  close(): void;
}

type SocketClass = new (url: string | URL, protocol?: string) => Socket;

interface TicketReply {
  ticket: string;
  expires_in: number;
  url: string;
}

type ConnectionState = "idle" | "connecting" | "ready" | "waiting" | "closed";

/** `delayMs` and `attempt` come with "waiting", `code` with "closed". */
interface ConnectionStatus {
  state: ConnectionState;
  delayMs?: number;
  attempt?: number;
  code?: string;
}

interface Progress {
  sentBytes: number;
  totalBytes: number;
  /** Position in the server's queue; 1 is next. */
  position?: number;
}

interface ClassifyOptions {
  id?: string;
  name?: string;
  /** Consent to store the photo. A function is called when the photo is sent. */
  keep?: boolean | (() => boolean);
  explain?: boolean;
  record?: boolean;
  top?: number;
  views?: "best" | "fast";
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

interface Answer {
  result: Result;
  roundTripMs: number;
}

type Classify = (bytes: ArrayBuffer, options?: ClassifyOptions) => Promise<Answer>;

/** One photo that has no answer yet. */
interface Job {
  id: string;
  totalBytes: number;
  request: object;
  keep: boolean | (() => boolean);
  bytes: ArrayBuffer;
  onProgress?: (progress: Progress) => void;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
  isSent: boolean;
  isAbandoned: boolean;
  sentAtMs: number;
  /** Number of lost connections, expired tickets and draining servers so far. */
  losses: number;
  renewals: number;
  drains: number;
}

/** What a page shows for an error. */
interface ErrorText {
  sentence: string;
  advice: string;
  canRetry: boolean;
}

/** A RequestError or any object with its fields. */
interface ErrorDetails {
  code?: string;
  message?: string;
  advice?: string;
  retryAfterS?: number;
}

// --- Photos ---

interface Size {
  width: number;
  height: number;
}

/** Without `original` and sizes, the browser could not decode the file and `blob` is the file itself. */
interface ResizedPhoto extends Partial<Size> {
  blob: Blob;
  original?: Size;
  thumbnail?: Blob;
}

interface ResizeOptions {
  thumbnail?: boolean;
}

interface PhotoFile {
  file: File;
  /** The path inside the chosen folder, or the file's name. */
  path: string;
}

/** `skipped` counts the files of a folder that are not photos. */
interface PhotoSelection {
  photos: PhotoFile[];
  isFolder: boolean;
  skipped: number;
}

interface ResizeTask {
  file: File;
  options: ResizeOptions;
  resolve(photo: ResizedPhoto): void;
  reject(error: unknown): void;
}

type AnyCanvas = HTMLCanvasElement | OffscreenCanvas;

interface PhotoSources {
  chooseButton: HTMLElement;
  fileInput: HTMLInputElement;
  chooseFolderButton: HTMLElement;
  folderInput: HTMLInputElement;
  /** Gets `data-dragging` while files are dragged over the page. */
  dropTarget: HTMLElement;
  onPhotos(selection: PhotoSelection): void;
  /** Called if there was nothing usable. */
  onNothing(hint: string): void;
}

// --- Batch ---

type ItemState =
  | "waiting" | "preparing" | "connecting" | "sending" | "queued" | "looking" | "answered" | "rejected" | "cancelled";

/** One photo of a batch. */
interface BatchItem extends PhotoFile {
  id: string;
  state: ItemState;
  /** Consent was sent with the photo. */
  isKept: boolean;
  photo?: ResizedPhoto;
  controller?: AbortController;
  /** Share of the bytes that are sent, 0…1. */
  fraction?: number;
  position?: number;
  answer?: Answer;
  error?: Error & ErrorDetails | null;
}

type ResizePhoto = (file: File, options: ResizeOptions & { signal?: AbortSignal }) => Promise<ResizedPhoto>;

// --- Upload page ---

/** Elements of the answer panel, by their `data-part`. */
interface AnswerParts {
  squirrel: HTMLElement;
  verdict: HTMLElement;
  detail: HTMLElement;
  certainty: HTMLElement;
  "progress-panel": HTMLElement;
  progress: HTMLProgressElement;
  predictions: HTMLElement;
  "prediction-list": HTMLElement;
  timing: HTMLElement;
  threshold: HTMLInputElement;
  "threshold-value": HTMLElement;
  none: HTMLElement;
  error: HTMLElement;
  retry: HTMLElement;
}

/** What the page shows: a photo, the camera (`isLive`) or an opened photo of the batch (`item`). */
interface PageJob {
  id?: string;
  name?: string;
  bytes?: ArrayBuffer;
  keep: boolean;
  controller?: AbortController;
  isLive?: boolean;
  item?: BatchItem;
}

type PageState = "empty" | "working" | "answered" | "rejected" | "live" | "batch";
