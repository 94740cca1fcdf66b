import Records

extension StoredExamination {
  /// What the metrics need of it; `nil` for one that failed.
  public var predictions: Prediction? {
    let metadata = metadata
    return report.map {
      Prediction($0, lesion: metadata.lesion, site: metadata.site, sex: metadata.sex, age: metadata.age)
    }
  }
}
