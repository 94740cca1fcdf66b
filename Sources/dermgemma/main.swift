import CommandLineTool
import Foundation

exit(await Tool.run(CommandArguments.all))
