import CMicrohttpd

/// What happens to a request: header, body, work, answer. All on the connection's own thread of libmicrohttpd.
extension HTTPDaemon {
  /// Handles the header.
  func begin(_ exchange: HTTPExchange, _ connection: ClientConnection, _ pointer: OpaquePointer) -> MHD_Result {
    guard let head = exchange.head else { return .NO }
    do throws(Problem) {
      let admission = try application.admit(head)
      exchange.admission = admission
      exchange.stage = .body(admission.intake)
      let allowance = limits.bodySeconds + Double(admission.intake.limit) / limits.bodyBytesPerSecond
      connection.begin(.receiving, allowance: .seconds(allowance))
      return .YES
    } catch {
      let response = error.response(id: exchange.id)
      exchange.cause = error.cause
      let declared = head.fields["content-length"].flatMap { Int($0) } ?? 0
      // A client that has not begun to send, or sends without end, is answered at once and disconnected.
      guard head.fields["transfer-encoding"] == nil, head.fields["expect"] == nil, declared <= limits.discardedBytes
      else {
        var closing = response
        closing.closes = true
        return deliver(closing, exchange, connection, pointer)
      }
      exchange.stage = .discarding(response, left: declared)
      connection.begin(
        .receiving, allowance: .seconds(limits.bodySeconds + Double(declared) / limits.bodyBytesPerSecond))
      return .YES
    }
  }

  /// Takes a piece of the body.
  func take(
    _ bytes: UnsafeRawBufferPointer, _ exchange: HTTPExchange, _ connection: ClientConnection, _ pointer: OpaquePointer
  ) -> MHD_Result {
    switch exchange.stage {
    case .body(var intake):
      exchange.stage = .working  // So that the body is not copied.
      do throws(Problem) {
        try intake.take(bytes)
        exchange.stage = .body(intake)
      } catch {
        // An answer can be given only before the body or after it.
        exchange.stage = .discarding(error.response(id: exchange.id), left: limits.discardedBytes)
      }
      return .YES
    case .discarding(let response, let left):
      guard left >= bytes.count else { return .NO }
      exchange.stage = .discarding(response, left: left - bytes.count)
      return .YES
    case .header, .working, .answered: return .NO
    }
  }

  /// Continues after the body's end, and whenever a connection that was suspended is resumed.
  func proceed(_ exchange: HTTPExchange, _ connection: ClientConnection, _ pointer: OpaquePointer) -> MHD_Result {
    switch exchange.stage {
    case .header, .answered: return .NO
    case .discarding(let response, _): return deliver(response, exchange, connection, pointer)
    case .body(let intake):
      exchange.stage = .working
      do throws(Problem) {
        let body = try intake.finish()
        return work(on: body, exchange, connection, pointer)
      } catch {
        return deliver(error.response(id: exchange.id), exchange, connection, pointer)
      }
    case .working:
      if connection.suspend(unless: { exchange.outcome != nil }) { return .YES }
      return deliver(exchange.outcome ?? ending(exchange), exchange, connection, pointer)
    }
  }

  private func work(
    on body: RequestBody, _ exchange: HTTPExchange, _ connection: ClientConnection, _ pointer: OpaquePointer
  ) -> MHD_Result {
    guard let admission = exchange.admission else { return .NO }
    var request = admission.request
    request.body = body
    exchange.admission?.intake = .nothing
    switch admission.endpoint.work {
    case .immediate(let answer):
      do {
        let response = try answer(request)
        guard compressor.isNeeded(for: response, to: request.head) else {
          return deliver(response, exchange, connection, pointer)
        }
        return suspend(exchange, connection, pointer) { response }
      } catch {
        let problem = error as? Problem ?? .internal(error)
        exchange.cause = problem.cause
        return deliver(problem.response(id: exchange.id), exchange, connection, pointer)
      }
    case .deferred(let answer):
      return suspend(exchange, connection, pointer) { [request] in try await answer(request) }
    }
  }

  /// Suspends the connection until its answer is there, in the form in which it is sent.
  private func suspend(
    _ exchange: HTTPExchange, _ connection: ClientConnection, _ pointer: OpaquePointer,
    _ answer: @escaping @Sendable () async throws -> HTTPResponse
  ) -> MHD_Result {
    guard let head = exchange.head else { return .NO }
    connection.begin(.working, allowance: nil) { [weak exchange] in exchange?.cancel() }
    guard connection.suspend() else { return deliver(ending(exchange), exchange, connection, pointer) }
    exchange.start { [compressor] in
      do {
        exchange.conclude(await compressor.compressed(try await answer(), to: head))
      } catch {
        let problem = error as? Problem ?? .internal(error)
        exchange.cause = problem.cause
        exchange.conclude(problem.response(id: exchange.id))
      }
      connection.resume()
    }
    return .YES
  }

  /// The response, during shutdown, to a request that would have to wait.
  private func ending(_ exchange: HTTPExchange) -> HTTPResponse {
    Problem.unavailable("ending", "The server is shutting down.", retryAfter: 5).response(id: exchange.id)
  }

  /// Hands the answer to libmicrohttpd.
  private func deliver(
    _ response: HTTPResponse, _ exchange: HTTPExchange, _ connection: ClientConnection, _ pointer: OpaquePointer
  ) -> MHD_Result {
    guard let head = exchange.head else { return .NO }
    exchange.stage = .answered
    var fitted = NegotiatedResponse(response, to: head)
    if isEnding { fitted.fields.append(("Connection", "close")) }
    exchange.status = fitted.status
    exchange.bytesAnswered = fitted.count
    switch fitted.body {
    case .events: connection.begin(.streaming, allowance: nil)
    default:
      let seconds = limits.answerSeconds + Double(fitted.count ?? 0) / limits.bodyBytesPerSecond
      connection.begin(.answering, allowance: .seconds(seconds))
    }
    guard let answer = fitted.queued(for: connection, isEnding: { [weak self] in self?.isEnding ?? true }) else {
      return .NO
    }
    defer { MHD_destroy_response(answer) }
    return MHD_queue_response(pointer, UInt32(fitted.status), answer)
  }

  /// Notes that an exchange is over.
  func end(_ exchange: HTTPExchange, _ connection: ClientConnection, isComplete: Bool) {
    exchange.cancel()
    application.ended(
      HTTPExchangeRecord(
        id: exchange.id, client: connection.client, method: exchange.head?.method.name ?? "",
        route: exchange.admission?.route ?? "", status: exchange.status, bytes: exchange.bytesAnswered,
        duration: exchange.started.duration(to: .now), isComplete: isComplete, cause: exchange.cause))
  }
}
