import Imaging

/// The server's limits, for one client or for all of them together. Each number is defined only here.
public struct ServerLimits: Sendable, Hashable {
  // MARK: Connections

  /// Connections at once.
  public var connections = 1_024
  /// Connections at once from one address.
  public var connectionsOfOneAddress = 512
  /// Requests per second from one address, on average.
  public var requestsPerSecond = 2_000.0
  /// Requests that one address may make at once before the average counts.
  public var requestBurst = 4_000.0
  /// Threads that talk to clients.
  public var threads = 2

  // MARK: Patience, in seconds

  /// From the start of a connection, or the end of its last request, to the end of the next request's header.
  public var headerSeconds = 20.0
  /// For a request's body, and one second more for each `bodyBytesPerSecond`.
  public var bodySeconds = 20.0
  /// The slowest upload that is waited for.
  public var bodyBytesPerSecond = 65_536.0
  /// For writing an answer, and one second more for each `bodyBytesPerSecond`.
  public var answerSeconds = 30.0
  /// Between two signs of life in a stream of events.
  public var heartbeatSeconds = 15.0
  /// How long a posted examination is waited for before the answer is 202.
  public var waitSeconds = 20.0
  /// How long running jobs may continue at shutdown.
  public var shutdownSeconds = 20.0

  // MARK: Sizes, in bytes

  /// A request's target.
  public var targetBytes = 4_096
  /// A request's header fields together.
  public var headerBytes = 16_384
  /// Header fields of a request.
  public var headerFields = 100
  /// A body of JSON.
  public var documentBytes = 65_536
  /// A body of JSON that may hold a picture in base64.
  public var messageBytes: Int { uploadBytes / 3 * 4 + documentBytes }
  /// An uploaded image.
  public var uploadBytes = 32 << 20
  /// A file that is compressed on its way; larger ones, as reports of tens of thousands of images are, are sent as they are.
  public var compressedFileBytes = 64 << 20
  /// Bytes of a refused body that are read and discarded, so that the client can read the response.
  public var discardedBytes = 64 << 20

  // MARK: Uploads

  /// Pixels of an uploaded image.
  public var uploadPixels = 50_000_000
  /// Uploads being received or checked at once.
  public var uploadsAtOnce = 4
  /// How long an upload is kept, in seconds.
  public var uploadKeptSeconds = 24 * 3_600.0
  /// Uploads kept at once; the oldest makes room.
  public var uploadsKept = 1_000

  // MARK: Jobs

  /// Jobs that may wait for the engine.
  public var queuedJobs = 64
  /// Jobs of one address that may wait for the engine.
  public var queuedJobsOfOneAddress = 64
  /// How long a finished job can be asked about, in seconds.
  public var jobKeptSeconds = 3_600.0
  /// Examinations that are deleted in one call.
  public var examinationsDeletedAtOnce = 1_000
  /// Finished jobs that can be asked about; the oldest makes room.
  public var jobsKept = 200
  /// Classifications of changed observations at once.
  public var classificationsAtOnce = 4

  // MARK: Runs: validations and audits

  /// Images that a run may be limited to.
  public var runImages = 1...1_000_000
  /// Runs kept with their results.
  public var runsKept = 100
  /// Bytes of the disk that are kept free: no run and no folder begins, or takes more images, with less.
  public var roomBytes = 256 << 20
  /// Images of an uploaded folder.
  public var folderImages = 5_000
  /// Bytes of an uploaded folder, as it is stored.
  public var folderBytes = 4 << 30
  /// Comparisons of two audits that are asked for at once; they are made one after the other.
  public var comparisonsAtOnce = 4
  /// Comparisons that are remembered.
  public var comparisonsKept = 8
  /// A label file.
  public var labelBytes = 16 << 20
  /// Uploaded folders kept at once; the oldest that no run uses makes room.
  public var foldersKept = 8
  /// A file's name in a folder.
  public var fileNameBytes = 200

  // MARK: Pictures made on the way

  /// Thumbnails and prepared pictures kept in memory, in bytes.
  public var pictureCacheBytes = 32 << 20
  /// Sides of a smaller picture that can be asked for, in pixels.
  public var pictureSides = 16...2_048
  /// Pictures that may wait to be made.
  public var picturesWaiting = 256

  /// The limits as they are documented.
  public init() {}
}
