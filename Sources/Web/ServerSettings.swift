import Datasets
import Dermoscopy

/// The configuration of a server.
public struct ServerSettings: Sendable {
  /// A certificate with its key, as PEM texts.
  public struct Identity: Sendable {
    /// The certificate, with those above it.
    public var certificate: String
    /// Its private key.
    public var key: String

    /// A certificate and its key.
    public init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// The address or name to listen on.
  public var host = "127.0.0.1"
  /// The port; 0 for any that is free.
  public var port = 6565
  /// Names by which clients may call the server, besides `localhost` and addresses.
  public var allowedHosts: [String] = []
  /// The base path.
  public var basePath = BasePath.none
  /// The certificate for TLS; `nil` for plain HTTP.
  public var identity: Identity?
  /// The token that clients must send; `nil` for none.
  public var token: AccessToken?
  /// Folder of the images that are served; `nil` for none.
  public var images: String?
  /// The label file of these images, which validations and audits read again; `nil` for none.
  public var labels: String?
  /// The label file's columns, where its layout does not say.
  public var columns = ColumnChoice()
  /// Folder of the database, uploads, validations and audits.
  public var data: String
  /// The database of the history; `nil` for a file in `data`.
  public var records: String?
  /// Examinations at once.
  public var parallel = 1
  /// The protocol to report before the engine is ready, with its document.
  public var protocolDocument: ProtocolDocument?
  /// The program's version.
  public var version: String
  /// What clients may take.
  public var limits = ServerLimits()

  /// Settings with their defaults.
  public init(data: String, version: String) {
    self.data = data
    self.version = version
  }
}
