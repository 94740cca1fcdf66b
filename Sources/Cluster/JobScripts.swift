/// The scripts of a run over many workers, which people read and change.
///
/// | file | does |
/// |---|---|
/// | `shard.sh I` | reads shard I, and continues it after a failure, a limited number of times |
/// | `merge.sh` | merges the shards into `merged` |
/// | `job.sh FIRST` | a Slurm array's task: shard FIRST plus the task's number |
/// | `submit.sh [SHARDS]` | the `sbatch` lines, for all shards or for some (`3,17-19`) |
struct JobScripts {
  /// Slurm's usual `MaxArraySize` is 1001: indexes end at 1000.
  static let arraySize = 1_000

  private let run: ClusterRun
  private let folder: String

  /// The scripts of a run.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - folder: its folder, as an absolute path.
  init(_ run: ClusterRun, folder: String) {
    self.run = run
    self.folder = folder
  }

  /// Names and texts.
  var files: [(name: String, text: String)] {
    let common = [("shard.sh", shard), ("merge.sh", merge)]
    return run.engine == .slurm ? common + [("job.sh", job), ("submit.sh", submit)] : common
  }

  private var program: [String] {
    guard let container = run.container else { return [run.program] }
    let graphics = run.resources.gpus == nil ? [] : ["--nv"]
    return ["apptainer", "exec"] + graphics + [container, run.program]
  }

  private func path(_ name: String) -> String { ShellWord.quoted(folder + "/" + name) }

  private var shard: String {
    """
    #!/usr/bin/env bash
    # shard.sh I: reads shard I of \(run.shards). After a failure it continues where it stopped, \(run.tries) times at most.
    set -u
    shard=$1
    # A signal is for the program, which stops and keeps what it has; this script then ends with its status.
    trap : INT TERM
    cd \(ShellWord.quoted(run.workingFolder)) || exit 66
    tries=0
    until \(ShellWord.line(program + run.command)) \\
      --out \(path("parts"))/"$shard" --shard "$shard" --of \(run.shards) --resume
    do
      status=$?
      # These would fail again: wrong usage, an unusable input, broken weights; or somebody stopped it.
      case $status in 64 | 65 | 78 | 130) exit $status ;; esac
      tries=$((tries + 1))
      if [ $tries -ge \(run.tries) ]; then exit $status; fi
      echo "shard $shard ended with status $status; try $((tries + 1)) of \(run.tries) follows" >&2
      sleep $((tries * 2))
    done

    """
  }

  private var merge: String {
    var lines = ["#!/usr/bin/env bash", "# merge.sh: merges all shards into one run."]
    if run.engine == .slurm {
      lines += ["#SBATCH --job-name=dermgemma-merge", "#SBATCH --requeue", "#SBATCH --open-mode=append"]
      // An audit's merge asks the model what goes between images.
      if run.isAudit { lines += worker }
      if let partition = run.resources.partition { lines.append("#SBATCH --partition=\(partition)") }
      if let time = run.resources.time { lines.append("#SBATCH --time=\(time)") }
    }
    let options = run.mergeOptions.isEmpty ? "" : " " + ShellWord.line(run.mergeOptions)
    lines += [
      "cd \(ShellWord.quoted(run.workingFolder)) || exit 66",
      "exec \(ShellWord.line(program)) merge \(path("parts"))/* --out \(path("merged"))\(options) --replace", "",
    ]
    return lines.joined(separator: "\n")
  }

  private var job: String {
    var lines = [
      "#!/usr/bin/env bash",
      "# job.sh FIRST: one task of a Slurm array, which reads shard FIRST plus the task's number.",
      "#SBATCH --job-name=dermgemma", "#SBATCH --requeue", "#SBATCH --open-mode=append",
    ]
    lines += worker
    if let partition = run.resources.partition { lines.append("#SBATCH --partition=\(partition)") }
    if let time = run.resources.time { lines.append("#SBATCH --time=\(time)") }
    lines += [
      "shard=$((${1:-0} + SLURM_ARRAY_TASK_ID))",
      "exec bash \(path("shard.sh")) $shard >>\(path("logs"))/$shard.log 2>&1", "",
    ]
    return lines.joined(separator: "\n")
  }

  /// What a process that loads the model needs.
  private var worker: [String] {
    let resources = run.resources
    return [
      resources.gpus.map { "gres=gpu:\($0)" }, resources.processors.map { "cpus-per-task=\($0)" },
      resources.memory.map { "mem=\($0)" },
    ].compactMap { $0 }.map { "#SBATCH --" + $0 }
  }

  private var submit: String {
    let all = NumberRanges.text(of: 0..<run.shards)
    // In a file name, Slurm replaces %j and the like.
    let log = ShellWord.quoted((folder + "/logs/slurm-").replacing("%", with: "%%") + "%A_%a.log")
    let mergeLog = ShellWord.quoted((folder + "/logs/merge-").replacing("%", with: "%%") + "%j.log")
    return """
      #!/usr/bin/env bash
      # submit.sh [SHARDS]: submits all shards, or some of them (3,17-19), and the merge that follows. An array has at most
      # \(Self.arraySize) tasks, so each thousand of shards is an array of its own. merge.sh itself checks that all shards are
      # there, so it is submitted to follow whatever becomes of them.
      set -euo pipefail
      shards=${1:-\(all)}
      cd \(ShellWord.quoted(run.workingFolder))
      jobs=
      submit() {
        local job
        job=$(sbatch --parsable --array="$2" --output=\(log) \(path("job.sh")) "$1")
        job=${job%%;*}
        echo "$job $1" >>\(path("jobs.txt"))
        echo "shards $2, counted from $1: job $job"
        jobs=$jobs:$job
      }
      first=0
      while [ $first -lt \(run.shards) ]; do
        indexes=
        for range in ${shards//,/ }; do
          from=$((${range%-*} - first)) to=$((${range#*-} - first))
          if [ $from -lt 0 ]; then from=0; fi
          if [ $to -ge \(Self.arraySize) ]; then to=\(Self.arraySize - 1); fi
          if [ $from -le $to ]; then indexes=$indexes,$from-$to; fi
        done
        if [ -n "$indexes" ]; then submit $first "${indexes#,}"; fi
        first=$((first + \(Self.arraySize)))
      done
      merge=$(sbatch --parsable --dependency="afterany$jobs" --output=\(mergeLog) \(path("merge.sh")))
      echo "merge: job ${merge%%;*}"

      """
  }
}
