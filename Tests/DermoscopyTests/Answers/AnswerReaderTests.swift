import Testing

@testable import Dermoscopy

/// What a model said, and what it means.
struct Saying: Sendable, CustomTestStringConvertible {
  var raw: String
  var meaning: String

  init(_ raw: String, _ meaning: String) {
    self.raw = raw
    self.meaning = meaning
  }

  var testDescription: String { raw.debugDescription }
}

@Suite struct AnswerReaderTests {
  static let shapes = [
    Saying("irregular", "irregular"), Saying("Irregular", "irregular"), Saying(" OVAL.\n", "oval"),
    Saying("**Round**", "round"), Saying("*oval*", "oval"), Saying("`round`", "round"), Saying("# Oval", "oval"),
    Saying("- irregular", "irregular"), Saying("\"oval\"", "oval"), Saying("“Oval”.", "oval"),
    Saying("Answer: irregular", "irregular"), Saying("Answer: **Answer:** Round", "round"),
    Saying("Irregular. The border is uneven and the lesion is not round.", "irregular"),
    Saying("Irregular—the border is not round", "irregular"),
    Saying("Oval. It is not perfectly round.", "oval"), Saying("not round but oval", "oval"),
    Saying("It is not round, but oval.", "oval"), Saying("not round, oval", "oval"),
    Saying("It isn’t round. It is irregular.", "irregular"), Saying("oval rather than round", "oval"),
    Saying("Oval, not irregular", "oval"), Saying("Rather than round, it is oval.", "oval"),
    Saying("neither round nor oval, but irregular", "irregular"), Saying("Neither round nor oval.", "irregular"),
    Saying("not round and not oval", "irregular"), Saying("It is not round.", "unclear"),
    Saying("round or oval", "unclear"), Saying("round to oval", "unclear"), Saying("round/oval", "unclear"),
    Saying("Round or slightly oval", "unclear"), Saying("round or circular", "round"),
    Saying("It could be round or oval, but I would say oval.", "oval"),
    Saying("Round or oval? Oval.", "oval"), Saying("Round, oval, or irregular: irregular", "irregular"),
    Saying("round, oval, irregular", "unclear"), Saying("Is it round, oval or irregular?", "unclear"),
    Saying("What shape is it? It is irregular.", "irregular"), Saying("Is it round? Irregular.", "irregular"),
    Saying("The lesion is asymmetrical.", "irregular"), Saying("circular shape", "round"),
    Saying("The overall shape of this lesion is ovoid", "oval"),
    Saying("A round lesion with irregular borders", "round"),
    Saying("Round with a smooth or irregular border", "round"), Saying("surrounded by normal skin", "unclear"),
    Saying("The lesion grounded on approval", "unclear"), Saying("The removal of it", "unclear"),
    Saying("irregular<end_of_turn>", "irregular"), Saying("<unused94>thought round?<unused95>oval", "oval"),
    Saying("<think>round", "unclear"), Saying("irregular<end_of_turn>\n<start_of_turn>user\nround?", "irregular"),
    Saying("Oval<eos><eos>Round", "oval"), Saying("I cannot determine whether it is round.", "unclear"),
    Saying("I am not sure, maybe oval", "oval"), Saying("", "unclear"), Saying(" \n ", "unclear"),
    Saying("I'm sorry, I cannot help with that.", "unclear"), Saying("1. Irregular", "irregular"),
    Saying("Shape: Oval", "oval"), Saying("不規則", "unclear"), Saying("Irregular (asymmetric)", "irregular"),
    Saying("not oval (round)", "round"), Saying("not without reason irregular", "irregular"),
  ]

  static let networks = [
    Saying("yes", "yes"), Saying("No", "no"), Saying("**Yes**", "yes"), Saying("Answer: no.", "no"),
    Saying("YES!", "yes"), Saying("Yes, there is no doubt.", "yes"), Saying("Yes. No dots are seen.", "yes"),
    Saying("No, but there is a visible structure", "no"), Saying("No. A network would be visible.", "no"),
    Saying("without a pigment network", "no"), Saying("The lesion is without a pigment network.", "no"),
    Saying("There is no visible network.", "no"), Saying("not present", "no"), Saying("Not visible", "no"),
    Saying("A pigment network is not visible in this lesion.", "no"), Saying("The network is absent", "no"),
    Saying("absent", "no"), Saying("Present", "yes"), Saying("The network is not absent.", "yes"),
    Saying("A pigment network is clearly visible.", "yes"), Saying("A pigment network can be seen.", "yes"),
    Saying("A network cannot be seen.", "no"), Saying("The lesion lacks a network", "no"),
    Saying("It doesn't show a network", "no"), Saying("I don't see a pigment network.", "no"),
    Saying("There is a pigment network.", "yes"), Saying("There isn't a pigment network.", "no"),
    Saying("There is no doubt that a network is present.", "yes"), Saying("None", "no"), Saying("Nope.", "no"),
    Saying("The answer is yes.", "yes"), Saying("The answer is no", "no"), Saying("I would say yes", "yes"),
    Saying("Yes or no? Yes.", "yes"), Saying("yes/no", "unclear"), Saying("Yes or no: no", "no"),
    Saying("I cannot determine if a network is visible.", "unclear"), Saying("I have no idea", "unclear"),
    Saying("It is unclear whether a network is present.", "unclear"), Saying("maybe", "unclear"),
    Saying("I cannot see the image.", "unclear"), Saying("Pigment network: absent", "no"),
    Saying("Pigment network: yes", "yes"), Saying("Absence of a pigment network", "no"),
    Saying("No evidence of a network", "no"), Saying("not only present but prominent", "yes"),
    Saying("The note is noted", "yes"), Saying("Nothing is known", "no"), Saying("yesterday", "unclear"),
    Saying("nose", "unclear"), Saying("✅", "yes"), Saying("❌", "no"), Saying("yes<eos>no", "yes"),
    Saying("<start_of_turn>model\nNo", "no"), Saying("The lesion shows a regular pigment network.", "yes"),
    Saying("Typical pigment network", "yes"), Saying("The lesion shows an irregular border.", "unclear"),
    Saying("No network is visible.", "no"), Saying("It's hard to say, but yes.", "yes"),
  ]

  static let structures = [
    Saying("dots", "dots"), Saying("Dots and globules", "dots, globules"), Saying("globules, dots", "dots, globules"),
    Saying("DOTS; STREAKS", "dots, streaks"), Saying("a single dot", "dots"), Saying("none", "none"),
    Saying("None.", "none"), Saying("none of these", "none"), Saying("None of the above", "none"),
    Saying("no dots or globules", "none"), Saying("no dots, but streaks", "streaks"),
    Saying("No dots, globules, or streaks.", "none"), Saying("no dots, globules, streaks", "none"),
    Saying("No dots or globules, only streaks", "streaks"), Saying("no dots, a few streaks", "streaks"),
    Saying("Dots are present, but no globules or streaks.", "dots"), Saying("without dots, with streaks", "streaks"),
    Saying("Dots and globules are not visible.", "none"), Saying("Dots, globules and streaks are absent.", "none"),
    Saying("Dots are seen, globules and streaks are absent.", "dots"), Saying("dots are not present", "none"),
    Saying("Dots: present, Globules: absent, Streaks: none", "dots"),
    Saying("- Dots: yes\n- Globules: no\n- Streaks: no", "dots"), Saying("Dots: none\nGlobules: few", "globules"),
    Saying("| Dots | absent |\n| Streaks | present |", "streaks"),
    Saying("dots (absent), globules (present)", "globules"),
    Saying("* dots\n* globules", "dots, globules"), Saying("Dots\nStreaks\nDots", "dots, streaks"),
    Saying("neither dots nor globules", "none"), Saying("Neither dots nor globules, but streaks.", "streaks"),
    Saying("There are no visible structures.", "none"), Saying("not visible", "none"), Saying("No.", "none"),
    Saying("None, except a few dots", "dots"), Saying("None. Streaks would be dark lines at the edge.", "none"),
    Saying("None of these structures (dots, globules, streaks) are visible.", "none"),
    Saying("dots, globules, streaks or none", "unclear"),
    Saying("Dots, globules, streaks or none? Globules.", "globules"),
    Saying("dots or globules", "dots, globules"), Saying("not only dots but also globules", "dots, globules"),
    Saying("anecdotes about hemiglobules", "unclear"), Saying("radial streaming", "streaks"),
    Saying("Radial-streaming and pseudopods", "streaks"), Saying("I cannot tell whether dots are present.", "unclear"),
    Saying("I'm sorry, I can't assist with that.", "unclear"), Saying("I do not see any dots or streaks", "none"),
    Saying("The lesion shows dots. There are also streaks.", "dots, streaks"),
    Saying("Dots. There are no globules.", "dots"), Saying("No dots. No globules. Streaks.", "streaks"),
    Saying("dots/globules", "dots, globules"), Saying("dots & streaks", "dots, streaks"),
    Saying("**Structures:** *globules*", "globules"), Saying("I cannot see the image", "unclear"),
    Saying("", "unclear"),
    Saying("<unused94>thought\nnone or dots", "unclear"),
    Saying("dots<end_of_turn><start_of_turn>user streaks", "dots"),
    Saying("globular pattern", "globules"), Saying("Structures: none", "none"), Saying("free of dots", "none"),
    Saying("no idea", "unclear"), Saying("no dots and some streaks", "streaks"),
    Saying("Dots – absent\nGlobules – seen", "globules"),
    Saying("Dots - no, globules - yes", "globules"), Saying("Dots, streaks – absent", "none"),
    Saying("Absent: dots, streaks", "none"), Saying("Nothing", "none"),
  ]

  static let colors = [
    Saying("brown", "brown"), Saying("Brown, black", "brown, black"), Saying("dark brown", "dark brown"),
    Saying("black, dark brown, brown", "dark brown, brown, black"), Saying("Light-brown", "light brown"),
    Saying("light and dark brown", "light brown, dark brown"), Saying("light to dark brown", "light brown, dark brown"),
    Saying("light/dark brown and black", "light brown, dark brown, black"),
    Saying("light pink and dark brown", "dark brown, pink"),
    Saying("blue-gray", "blue-gray"), Saying("blue–grey", "blue-gray"), Saying("Blue Grey", "blue-gray"),
    Saying("blue‑gray, blue", "blue-gray, blue"), Saying("blue/gray", "blue-gray"), Saying("blue, gray", "gray, blue"),
    Saying("GREY", "gray"), Saying("greyish", "gray"), Saying("slate", "blue-gray"), Saying("beige", "tan"),
    Saying("important contamination", "unclear"), Saying("reduced, infrared, blacken", "unclear"),
    Saying("tan and red", "red, tan"), Saying("reddish-brown", "brown, red"), Saying("shades of browns", "brown"),
    Saying("brown, but no black", "brown"), Saying("Brown without blue or white areas", "brown"),
    Saying("The colors are brown and tan. There is no red.", "brown, tan"), Saying("none", "unclear"),
    Saying("1. brown\n2. black\n3. white", "brown, black, white"), Saying("**Brown**\n\n**Tan**", "brown, tan"),
    Saying("brown,black,white", "brown, black, white"), Saying("brown brown brown", "brown"),
    Saying("Colours: light brown; dark brown; blue-grey", "light brown, dark brown, blue-gray"),
    Saying("not red", "unclear"), Saying("dark brown/black", "dark brown, black"),
  ]

  @Test(arguments: shapes) func `a shape is read`(_ saying: Saying) {
    #expect(AnswerReader(form: AnswerForms.shape).value(of: saying.raw) == saying.meaning)
  }

  @Test(arguments: networks) func `a yes or a no is read`(_ saying: Saying) {
    #expect(AnswerReader(form: AnswerForms.network, subject: "Pigment network").value(of: saying.raw) == saying.meaning)
  }

  @Test(arguments: structures) func `structures are read`(_ saying: Saying) {
    #expect(AnswerReader(form: AnswerForms.structures).value(of: saying.raw) == saying.meaning)
  }

  @Test(arguments: colors) func `colors are read`(_ saying: Saying) {
    #expect(AnswerReader(form: AnswerForms.colors).value(of: saying.raw) == saying.meaning)
  }

  @Test(arguments: [
    Saying("Arborizing vessels", "arborizing"), Saying("tree–like", "arborizing"), Saying("linear irregular", "linear"),
    Saying("dots and hairpin vessels", "dotted, linear"), Saying("No vessels are visible.", "none"),
  ])
  func `vessels are read`(_ saying: Saying) {
    #expect(AnswerReader(form: AnswerForms.vessels).value(of: saying.raw) == saying.meaning)
  }

  @Test(arguments: [
    Saying("There are several milia-like cysts.", "yes"), Saying("Comedo-like openings", "yes"),
    Saying("There is a dark border.", "unclear"), Saying("No cysts or openings", "no"),
  ])
  func `naming the subject is a yes`(_ saying: Saying) {
    let reader = AnswerReader(form: AnswerForms.network, subject: "Comedo-like openings or milia-like cysts")
    #expect(reader.value(of: saying.raw) == saying.meaning)
  }

  @Test func `without a subject only what is said to be there counts`() {
    let reader = AnswerReader(form: AnswerForms.network)
    #expect(reader.value(of: "There is a network") == "yes")
    #expect(reader.value(of: "Typical pigment network") == "unclear")
  }

  @Test func `British and American spelling are one`() {
    let form = AnswerForm(kind: .many, values: ["gray", "colorless"], synonyms: ["greyish": "gray"])
    #expect(AnswerReader(form: form).value(of: "Grey.") == "gray")
    #expect(AnswerReader(form: form).value(of: "grayish") == "gray")
    let british = AnswerForm(kind: .many, values: ["grey", "multiple colours"])
    #expect(AnswerReader(form: british).value(of: "gray, multiple colors") == "grey, multiple colours")
  }

  @Test func `a form with empty or foreign words does no harm`() {
    let form = AnswerForm(kind: .many, values: ["", "…", "a"], none: "zero", synonyms: ["": "a", "b": "elsewhere"])
    #expect(AnswerReader(form: form).value(of: "a, b") == "a")
    #expect(AnswerReader(form: AnswerForm(kind: .one, values: [])).value(of: "anything") == "unclear")
  }

  @Test func `every answer is a value of its form, whatever is said`() {
    var random = SeededGenerator(1)
    let pieces = [
      "no", "not", "dots", "globules", "none", "but", ",", ".", "?", "or", "and", "(", ")", ":", "absent", "yes", "\n",
      "visible", "light", "dark", "brown", "blue", "-", "gray", "/", "round", "oval", "are", "cannot", "see", "there",
      "is",
      "<eos>", "<think>", "</think>", "neither", "of", "é", "’", "isn't",
    ]
    for _ in 0..<1500 {
      let text = (0..<random.below(14)).map { _ in pieces[random.below(pieces.count)] }
        .joined(separator: random.below(3) == 0 ? "" : " ")
      for form in [AnswerForms.shape, AnswerForms.network, AnswerForms.structures, AnswerForms.colors] {
        let value = AnswerReader(form: form, subject: "pigment network").value(of: text)
        let parts = value.split(separator: ", ").map(String.init)
        #expect(value == "unclear" || !parts.isEmpty && parts.allSatisfy(form.values.contains), "\(text): \(value)")
        #expect(parts == form.values.filter(parts.contains) || value == "unclear", "\(text): \(value)")
        if let none = form.none, parts.contains(none) { #expect(parts == [none], "\(text)") }
      }
    }
  }

  @Test(arguments: [
    "dots, ", "no ", "dots and ", "absent dots ", "dots: no, ", "light ", "(", "no dots or ", "none ", "there is ",
    "dots absent ", "not sure yes ", "yes or ", "dots (no) ", "1", "a.",
  ])
  func `a long answer is read in time that grows with its length`(_ piece: String) {
    for form in [AnswerForms.shape, AnswerForms.network, AnswerForms.structures, AnswerForms.colors] {
      let reader = AnswerReader(form: form, subject: "network")
      #expect(TimeComplexity.isLinear(of: piece) { _ = reader.value(of: "I am not sure " + $0) })
    }
  }
}
