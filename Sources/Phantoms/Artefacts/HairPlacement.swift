/// Where ``ArtefactPainter/hairs(_:placed:)`` lays hairs.
public enum HairPlacement: Sendable, Hashable {
  /// Anywhere.
  case anywhere
  /// Each hair crosses the lesion. One value a pixel, row by row, true inside it.
  case across(lesion: [Bool])
  /// No hair touches the lesion; one that would is cut short. One value a pixel, row by row, true inside it.
  case beside(lesion: [Bool])
}
