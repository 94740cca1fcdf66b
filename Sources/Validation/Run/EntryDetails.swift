import Datasets
import Dermoscopy
import Foundation
import JSON
import Records

/// What a run's records keep of an image besides its report: its metadata, as one JSON object.
struct EntryDetails: Codable {
  var lesion: String?
  var patient: String?
  var site: String?
  var sex: String?
  var age: Int?
  var skinType: String?

  enum CodingKeys: String, CodingKey {
    case lesion = "lesion_id"
    case patient = "patient_id"
    case site, sex, age
    case skinType = "skin_type"
  }

  /// `nil` when nothing is known.
  static func json(_ metadata: LesionMetadata) -> String? {
    guard metadata != LesionMetadata() else { return nil }
    let details = EntryDetails(
      lesion: metadata.lesion, patient: metadata.patient, site: metadata.site, sex: metadata.sex, age: metadata.age,
      skinType: metadata.skinType)
    return try? OrderedJSON.line(details)
  }
}

extension StoredExamination {
  /// What was known of the image beside its truth when it was examined.
  public var metadata: LesionMetadata {
    guard let details, let read = try? JSONDecoder().decode(EntryDetails.self, from: Data(details.utf8)) else {
      return LesionMetadata()
    }
    return LesionMetadata(
      lesion: read.lesion, patient: read.patient, site: read.site, sex: read.sex, age: read.age, skinType: read.skinType
    )
  }

  /// What the metrics need of it; `nil` for one that failed.
  public var predictions: Prediction? {
    let metadata = metadata
    return report.map {
      Prediction(
        $0, lesion: metadata.lesion, site: metadata.site, sex: metadata.sex, age: metadata.age)
    }
  }
}
