"""Makes DICOM files with pydicom, one for each combination that is claimed to be read, and pydicom's own 8-bit RGB of them."""

import io
import pathlib
import shutil
import subprocess
import warnings
from dataclasses import dataclass

import jpeg_ls
import numpy
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.pixels import apply_color_lut, apply_rescale, apply_windowing
from pydicom.uid import (ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, JPEG2000,
                         JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless, JPEGLSNearLossless, RLELossless)

WIDTH, HEIGHT = 72, 56
NATIVE = {"implicit": ImplicitVRLittleEndian, "explicit": ExplicitVRLittleEndian, "deflated": DeflatedExplicitVRLittleEndian}
CLASSES = {
    "dermoscopic": "1.2.840.10008.5.1.4.1.1.77.1.7", "photographic": "1.2.840.10008.5.1.4.1.1.77.1.4",
    "endoscopic": "1.2.840.10008.5.1.4.1.1.77.1.1", "microscopic": "1.2.840.10008.5.1.4.1.1.77.1.2",
    "slide coordinates": "1.2.840.10008.5.1.4.1.1.77.1.3", "secondary capture": "1.2.840.10008.5.1.4.1.1.7",
    "grey bytes": "1.2.840.10008.5.1.4.1.1.7.2", "grey words": "1.2.840.10008.5.1.4.1.1.7.3",
    "true colour": "1.2.840.10008.5.1.4.1.1.7.4",
}
RANDOM = numpy.random.default_rng(23)


@dataclass
class Case:
    """A file, and which of its frames is asked for (from 1; 0 for the only one)."""

    name: str
    data: Dataset
    frame: int = 0


def picture(seed: int = 0) -> numpy.ndarray:
    """Skin, a lesion, noise, and a row of extreme colours."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    distance = numpy.hypot((x - WIDTH / 2) / WIDTH, (y - HEIGHT / 2) / HEIGHT)
    base = numpy.where((distance < 0.3)[..., None], (110 - seed, 70, 50 + 2 * seed), (225, 180, 160))
    noise = numpy.random.default_rng(seed).normal(0, 14, (HEIGHT, WIDTH, 3))
    pixels = numpy.clip(base + noise, 0, 255).astype(numpy.uint8)
    pixels[0] = numpy.resize([[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [1, 254, 127]], (WIDTH, 3))
    return pixels


def described(syntax: str, photometric: str, allocated: int = 8, stored: int = 0, kind: str = "dermoscopic") -> Dataset:
    """A data set without its pixels."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = CLASSES[kind]
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    data.StudyInstanceUID, data.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.2", "1.2.826.0.1.3680043.8.498.3"
    data.Rows, data.Columns = HEIGHT, WIDTH
    data.PhotometricInterpretation = photometric
    data.SamplesPerPixel = 1 if photometric.startswith("MONO") or photometric.startswith("PAL") else 3
    data.BitsAllocated, data.BitsStored = allocated, stored or allocated
    data.HighBit, data.PixelRepresentation = data.BitsStored - 1, 0
    if data.SamplesPerPixel == 3:
        data.PlanarConfiguration = 0
    return data


def put(data: Dataset, samples: numpy.ndarray) -> Dataset:
    """Puts native pixels in; planar if the data set says so."""
    if data.SamplesPerPixel == 3 and data.PlanarConfiguration == 1 and samples.ndim >= 3:
        samples = numpy.moveaxis(samples, -1, -3)
    data.PixelData = numpy.ascontiguousarray(samples).tobytes()
    data.PixelData += b"\0" * (len(data.PixelData) % 2)
    data["PixelData"].VR = "OW" if data.BitsAllocated == 16 or data.file_meta.TransferSyntaxUID.is_implicit_VR else "OB"
    return data


def greys(bits: int, signed: bool = False) -> numpy.ndarray:
    """Every value that the bits can hold is as likely as any other."""
    low, high = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
    kind = f"{'' if signed else 'u'}int{8 if bits <= 8 else 16}"
    return numpy.random.default_rng(bits).integers(low, high, (HEIGHT, WIDTH)).astype(kind)


def ybr(pixels: numpy.ndarray) -> numpy.ndarray:
    """Luminance and differences of colours at full range, JPEG's."""
    return numpy.asarray(Image.fromarray(pixels).convert("YCbCr"))


def palette(data: Dataset, entries: int, bits: int, first: int = 0, wide: bool = False) -> Dataset:
    """Random colours."""
    for channel in ("Red", "Green", "Blue"):
        colors = RANDOM.integers(0, 1 << bits, entries).astype(numpy.uint16 if bits == 16 or wide else numpy.uint8)
        setattr(data, f"{channel}PaletteColorLookupTableDescriptor", [entries % 65_536, first, bits])
        setattr(data, f"{channel}PaletteColorLookupTableData", colors.tobytes() + b"\0" * (len(colors.tobytes()) % 2))
    return data


def native(syntax: str) -> list[tuple[str, Dataset]]:
    """Everything that is stored without compression."""
    rgb, found = picture(), []
    for planar in (0, 1):
        for allocated, stored in ((8, 8), (16, 16), (16, 12), (16, 10)):
            data = described(syntax, "RGB", allocated, stored)
            data.PlanarConfiguration = planar
            wide = rgb if allocated == 8 else RANDOM.integers(0, 1 << stored, rgb.shape).astype(numpy.uint16)
            found.append((f"RGB {stored}/{allocated} planar {planar}", put(data, wide)))
        data = described(syntax, "YBR_FULL")
        data.PlanarConfiguration = planar
        found.append((f"YBR_FULL planar {planar}", put(data, ybr(rgb))))
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        for allocated, stored in ((8, 8), (16, 16), (16, 12), (16, 10), (8, 6)):
            data = described(syntax, photometric, allocated, stored)
            kind = numpy.uint8 if allocated == 8 else numpy.uint16
            found.append((f"{photometric} {stored}/{allocated}", put(data, greys(stored).astype(kind))))
        data = described(syntax, photometric, 16, 12)
        data.PixelRepresentation = 1
        found.append((f"{photometric} signed 12/16", put(data, greys(12, True))))
    for shape in (None, "LINEAR", "LINEAR_EXACT", "SIGMOID"):
        data = put(described(syntax, "MONOCHROME2", 16, 12), greys(12))
        data.WindowCenter, data.WindowWidth = [1500, 40], [800, 400]
        if shape:
            data.VOILUTFunction = shape
        found.append((f"MONOCHROME2 window {shape}", data))
    data = put(described(syntax, "MONOCHROME1", 16, 12), greys(12))
    data.RescaleSlope, data.RescaleIntercept, data.WindowCenter, data.WindowWidth = "0.5", "-300", "200.5", "900"
    found.append(("MONOCHROME1 rescaled window", data))
    data = put(described(syntax, "MONOCHROME2", 8), greys(8))
    data.RescaleSlope, data.RescaleIntercept = "2", "-100"
    found.append(("MONOCHROME2 rescaled", data))
    for entries, bits, first, wide in ((256, 8, 0, False), (256, 16, 0, True), (256, 8, 0, True), (100, 16, 20, True)):
        data = palette(described(syntax, "PALETTE COLOR"), entries, bits, first, wide)
        found.append((f"PALETTE {entries} of {bits} from {first}{' wide' if wide else ''}", put(data, greys(8))))
    data = palette(described(syntax, "PALETTE COLOR", 16), 65_536, 16, 0, True)
    found.append(("PALETTE 65536 of 16", put(data, greys(16))))
    if syntax != RLELossless:
        whole, data = ybr(rgb), described(syntax, "YBR_FULL_422")
        pairs = numpy.stack([whole[:, ::2, 0], whole[:, 1::2, 0], whole[:, ::2, 1], whole[:, ::2, 2]], -1)
        data.PixelData = pairs.tobytes()
        data["PixelData"].VR = "OB"
        found.append(("YBR_FULL_422", data))
    return found


def run_lengths() -> list[tuple[str, Dataset]]:
    """The same in run lengths, packed by pydicom."""
    found = []
    for name, data in native(ExplicitVRLittleEndian):
        if name == "YBR_FULL_422":
            continue
        data.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
        if "planar 1" in name:
            data.PlanarConfiguration = 1  # the label changes nothing: planes are always apart
        found.append((name, data))
    return found


def jpeg(pixels: numpy.ndarray, **options: object) -> bytes:
    """A JPEG with a comment and an orientation inside, which nobody is to see."""
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "PLANTED^NAME"
    Image.fromarray(pixels).save(file, "JPEG", quality=92, exif=exif, comment=b"PLANTED^NAME", **options)
    return file.getvalue()


def codestream(pixels: numpy.ndarray, **options: object) -> bytes:
    """A JPEG 2000 codestream without a container."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG2000", no_jp2=True, **options)
    return file.getvalue()


def packed(syntax: str, photometric: str, frames: list[bytes], allocated: int = 8, stored: int = 0, table: str = "basic",
           fragments: int = 1) -> Dataset:
    """Encapsulated frames, each in so many fragments, with the basic, the extended or no offset table."""
    data = described(syntax, photometric, allocated, stored)
    if len(frames) > 1:
        data.NumberOfFrames = len(frames)
    if table == "extended":
        data.PixelData, data.ExtendedOffsetTable, data.ExtendedOffsetTableLengths = encapsulate_extended(frames)
    else:
        data.PixelData = encapsulate(frames, fragments_per_frame=fragments, has_bot=table == "basic")
    data["PixelData"].is_undefined_length = True
    data["PixelData"].VR = "OB"
    return data


def compressed() -> list[tuple[str, Dataset]]:
    """JPEG and JPEG 2000, with labels that are right and that lie."""
    rgb, found = picture(), []
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        for label in ("YBR_FULL_422", "YBR_FULL", "RGB"):
            data = packed(JPEGBaseline8Bit, label, [jpeg(rgb, subsampling=sampling)])
            found.append((f"JPEG {sampling} labelled {label}", data))
    for label in ("RGB", "YBR_FULL_422"):
        data = packed(JPEGBaseline8Bit, label, [jpeg(rgb, keep_rgb=True)])
        found.append((f"JPEG in RGB labelled {label}", data))
    for label in ("MONOCHROME2", "MONOCHROME1"):
        found.append((f"JPEG {label}", packed(JPEGBaseline8Bit, label, [jpeg(greys(8))])))
    data = packed(JPEGBaseline8Bit, "MONOCHROME2", [jpeg(greys(8))])
    data.WindowCenter, data.WindowWidth = "90", "100"
    found.append(("JPEG MONOCHROME2 window", data))
    found.append(("JPEG in 3 fragments", packed(JPEGBaseline8Bit, "YBR_FULL_422", [jpeg(rgb)], fragments=3)))
    for label, options in (("YBR_RCT", {"irreversible": False}), ("YBR_ICT", {"irreversible": True, "quality_layers": [4]}),
                           ("RGB", {"mct": 0}), ("RGB", {"irreversible": False})):
        syntax = JPEG2000 if options.get("irreversible") else JPEG2000Lossless
        found.append((f"JPEG 2000 {label} {options}", packed(syntax, label, [codestream(rgb, **options)])))
    data = packed(JPEG2000Lossless, "YBR_FULL", [codestream(ybr(rgb), mct=0)])
    found.append(("JPEG 2000 YBR_FULL", data))
    found.append(("JPEG 2000 MONOCHROME2 8", packed(JPEG2000Lossless, "MONOCHROME2", [codestream(greys(8))])))
    found.append(("JPEG 2000 MONOCHROME1 16", packed(JPEG2000Lossless, "MONOCHROME1", [codestream(greys(16))], 16)))
    data = palette(packed(JPEG2000Lossless, "PALETTE COLOR", [codestream(greys(8))]), 256, 16, 0, True)
    found.append(("JPEG 2000 PALETTE", data))
    return found


def scan_ls(pixels: numpy.ndarray, bits: int = 8, near: int = 0, order: int = 2) -> bytes:
    """A picture in JPEG-LS by CharLS, with its channels one after the other (0), by row (1) or by sample (2)."""
    rows, columns = pixels.shape[:2]
    samples = pixels.shape[2] if pixels.ndim == 3 else 1
    if samples == 3 and order == 0:
        pixels = numpy.moveaxis(pixels, -1, 0)
    return bytes(jpeg_ls.encode_buffer(
        numpy.ascontiguousarray(pixels).tobytes(), rows=rows, columns=columns, samples_per_pixel=samples, bits_stored=bits,
        lossy_error=near, interleave_mode=order))


def hp_colors(pixels: numpy.ndarray, number: int, order: int) -> bytes:
    """The same with one of the colour transforms of HP's encoders, which CharLS reads."""
    red, green, blue = (pixels[..., channel].astype(int) for channel in range(3))
    if number == 1:
        channels = [red - green + 128, green, blue - green + 128]
    elif number == 2:
        channels = [red - green + 128, green, blue - (red + green >> 1) - 128]
    else:
        second, third = (blue - green + 128) % 256, (red - green + 128) % 256
        channels = [green + (second + third >> 2) - 64, second, third]
    frame = scan_ls((numpy.stack(channels, -1) % 256).astype(numpy.uint8), order=order)
    return frame[:2] + b"\xff\xe8\x00\x07mrfx" + bytes([number]) + frame[2:]


def restarted(pixels: numpy.ndarray, rows: int) -> bytes:
    """JPEG-LS that begins anew after so many rows: each part is coded as if it were a picture of its own."""
    parts = [scan_ls(pixels[row:row + rows]) for row in range(0, len(pixels), rows)]
    whole = scan_ls(pixels)
    scan = whole.index(b"\xff\xda")
    length = 2 + int.from_bytes(whole[scan + 2:scan + 4], "big")
    coded = [part[part.index(b"\xff\xda") + length:-2] for part in parts]
    marked = b"".join(part + bytes([0xFF, 0xD0 + place % 8]) for place, part in enumerate(coded[:-1]))
    interval = b"\xff\xdd\x00\x04" + rows.to_bytes(2, "big")
    return whole[:scan] + interval + whole[scan:scan + length] + marked + coded[-1] + b"\xff\xd9"


def jpeg_ls_files() -> list[tuple[str, Dataset]]:
    """JPEG-LS: bits, channels' orders, near-lossless, HP's colours, restarts."""
    rgb, found = picture(), []

    def add(name: str, photometric: str, frame: bytes, allocated: int = 8, stored: int = 0, near: int = 0) -> Dataset:
        syntax = JPEGLSNearLossless if near else JPEGLSLossless
        found.append((f"JPEG-LS {name}", packed(syntax, photometric, [frame], allocated, stored)))
        return found[-1][1]

    for stored in (8, 10, 12, 16):
        grey = greys(stored)
        for near in (0, 2):
            add(f"MONOCHROME2 {stored} near {near}", "MONOCHROME2", scan_ls(grey, stored, near), 8 if stored == 8 else 16, stored, near)
    add("MONOCHROME1 12 near 5", "MONOCHROME1", scan_ls(greys(12), 12, 5), 16, 12, 5)
    add("MONOCHROME2 10 in 12", "MONOCHROME2", scan_ls(greys(10), 10), 16, 12)
    data = add("MONOCHROME2 12 window", "MONOCHROME2", scan_ls(greys(12), 12), 16, 12)
    data.WindowCenter, data.WindowWidth = "1500", "800"
    wide = RANDOM.integers(0, 1 << 12, rgb.shape).astype(numpy.uint16)
    for order, name in enumerate(("none", "line", "sample")):
        for near in (0, 3):
            add(f"RGB {name} near {near}", "RGB", scan_ls(rgb, near=near, order=order), near=near)
        add(f"RGB 12 {name}", "RGB", scan_ls(wide, 12, order=order), 16, 12)
        add(f"YBR_FULL {name}", "YBR_FULL", scan_ls(ybr(rgb), order=order))
    for number in (1, 2, 3):
        for order, name in ((1, "line"), (2, "sample")):
            add(f"HP{number} {name}", "RGB", hp_colors(rgb, number, order))
    for rows in (7, 1):
        add(f"RGB restarts after {rows}", "RGB", restarted(rgb, rows))
    palette(add("PALETTE", "PALETTE COLOR", scan_ls(greys(8))), 256, 16, 0, True)
    return found


LOSSLESS = [["+e1"], *(["+el", "+sv", str(predictor)] for predictor in range(1, 8))]
"""What dcmcjpeg is told: the usual sort, and each predictor."""


def lossless_jpeg(folder: pathlib.Path) -> list[tuple[str, pathlib.Path, pathlib.Path]]:
    """Lossless JPEG by dcmtk (none where it is not installed): a name, the file, and the same without compression."""
    if shutil.which("dcmcjpeg") is None:
        return []
    found = []
    for number, (name, data) in enumerate(native(ExplicitVRLittleEndian)):
        if "signed" in name or "planar 1" in name or name == "YBR_FULL_422":
            continue
        source = folder / f"native-{number}.dcm"
        write(Case(name, data), source)
        for options in LOSSLESS if name in ("RGB 8/8 planar 0", "MONOCHROME2 12/16", "MONOCHROME2 16/16") else LOSSLESS[:1]:
            path = folder / f"lossless-{number}-{options[-1].strip('+')}.dcm"
            subprocess.run(["dcmcjpeg", *options, source, path], check=True, capture_output=True)
            found.append((f"{name} {' '.join(options)}", path, source))
    return found


def several_frames() -> list[Case]:
    """Three frames each, of which one is asked for."""
    pictures = [picture(seed) for seed in (1, 2, 3)]
    data = described(ExplicitVRLittleEndian, "RGB")
    data.NumberOfFrames, data.PlanarConfiguration = 3, 1
    found = [("native", put(data, numpy.stack(pictures)))]
    again = described(ExplicitVRLittleEndian, "RGB")
    again.NumberOfFrames = 3
    put(again, numpy.stack(pictures)).compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    found.append(("RLE", again))
    frames = [jpeg(pixels) for pixels in pictures]
    for table, fragments in (("basic", 1), ("basic", 3), ("extended", 1), ("none", 1), ("none", 2)):
        data = packed(JPEGBaseline8Bit, "YBR_FULL_422", frames, table=table, fragments=fragments)
        found.append((f"JPEG table {table} fragments {fragments}", data))
    frames = [scan_ls(pixels) for pixels in pictures]
    for table, fragments in (("basic", 1), ("none", 2)):
        data = packed(JPEGLSLossless, "RGB", frames, table=table, fragments=fragments)
        found.append((f"JPEG-LS table {table} fragments {fragments}", data))
    return [Case(f"frame {frame} of 3, {name}", data, frame) for name, data in found for frame in (1, 3)]


def cases() -> list[Case]:
    """All of them."""
    found = [Case(f"{syntax}, {name}", data) for syntax, uid in NATIVE.items() for name, data in native(uid)]
    found += [Case(f"RLE, {name}", data) for name, data in run_lengths()]
    found += [Case(name, data) for name, data in compressed() + jpeg_ls_files()]
    for kind, uid in CLASSES.items():
        grey = kind.startswith("grey")
        data = described(ExplicitVRLittleEndian, "MONOCHROME2" if grey else "RGB", 16 if kind == "grey words" else 8, kind=kind)
        found.append(Case(f"class {kind}", put(data, greys(16 if kind == "grey words" else 8) if grey else picture())))
    return found + several_frames()


def write(case: Case, path: pathlib.Path) -> None:
    """Writes a case's file."""
    case.data.save_as(path, enforce_file_format=True)


def by_pydicom(path: pathlib.Path, frame: int = 0) -> numpy.ndarray:
    """pydicom's pixels as 8-bit RGB: its own decoding and its own steps, then the range of the bits on 0 to 255."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = pydicom.dcmread(path)
        pixels = pydicom.pixels.pixel_array(data, index=frame - 1 if frame else None)
        if data.PhotometricInterpretation == "PALETTE COLOR":
            bits = data.RedPaletteColorLookupTableDescriptor[2]
            return scaled(apply_color_lut(pixels, data), 0, (1 << bits) - 1)
        if data.SamplesPerPixel == 3:
            return scaled(pixels, 0, (1 << data.BitsStored) - 1)
        bits, signed = data.BitsStored, data.PixelRepresentation
        ends = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        slope, intercept = float(data.get("RescaleSlope", 1)), float(data.get("RescaleIntercept", 0))
        grey = apply_windowing(apply_rescale(pixels, data), data)
        result = scaled(grey, ends[0] * slope + intercept, ends[1] * slope + intercept)
        if data.PhotometricInterpretation == "MONOCHROME1":
            result = 255 - result
        return numpy.repeat(result[..., None], 3, -1)


def scaled(values: numpy.ndarray, low: float, high: float) -> numpy.ndarray:
    """A range on 0 to 255, rounded."""
    return numpy.rint((values.astype(numpy.float64) - low) / (high - low) * 255).astype(numpy.uint8)


PLANT = "PLANTED^NAME"
KEEPING = {"SpecificCharacterSet"}
TEXTS = {"AE": PLANT, "AS": "PLNT", "CS": "PLANTED", "DA": "PLANTED", "DT": PLANT, "LO": PLANT, "LT": PLANT, "PN": PLANT, "SH": PLANT,
         "ST": PLANT, "TM": PLANT, "UC": PLANT, "UI": "PLANTED", "UR": PLANT, "UT": PLANT}


def planted() -> Dataset:
    """A JPEG in DICOM with the name in every element of PS3.6 that holds text, but for those that say how to read the pixels."""
    data = packed(JPEGBaseline8Bit, "YBR_FULL_422", [jpeg(picture())])
    needed = set(data.keys())
    item, code = Dataset(), Dataset()
    pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for tag, (kind, _, _, _, keyword) in pydicom.datadict.DicomDictionary.items():
            group = tag >> 16
            if not keyword or tag in needed or keyword in KEEPING or group <= 2 or group in (0x0028, 0x7FE0, 0xFFFE):
                continue
            if kind in TEXTS:
                data.add_new(tag, kind, TEXTS[kind])
        block = data.private_block(0x0009, "PLANTED", create=True)
        block.add_new(1, "LO", PLANT)
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = PLANT, "SCT", PLANT
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "40983000", "SCT", PLANT
        item.AnatomicRegionModifierSequence = [code]
        data.AnatomicRegionSequence = [item]
        data.PrimaryAnatomicStructureSequence = [code]
    return data


def described_lesion() -> Dataset:
    """A dermoscopic photograph with all that is kept of one."""
    data = put(described(ExplicitVRLittleEndian, "RGB"), picture())
    left, region, skin = Dataset(), Dataset(), Dataset()
    left.CodeValue, left.CodingSchemeDesignator, left.CodeMeaning = "7771000", "SCT", "Left"
    region.CodeValue, region.CodingSchemeDesignator, region.CodeMeaning = "40983000", "SCT", "Upper arm"
    skin.CodeValue, skin.CodingSchemeDesignator, skin.CodeMeaning = "39937001", "SCT", "Skin"
    region.AnatomicRegionModifierSequence = [left]
    data.AnatomicRegionSequence, data.PrimaryAnatomicStructureSequence = [region], [skin]
    data.ImageLaterality, data.OpticalMagnificationFactor, data.EmitterColorTemperature = "L", "10", "5500"
    data.LightSourcePolarization, data.ContactMethod, data.ImmersionMedia = "NONE", "CONTACT", "WATER"
    data.PixelSpacing, data.PixelSpacingCalibrationType = ["0.025", "0.025"], "FIDUCIAL"
    data.PatientAge, data.PatientSex, data.TrackingUID = "067Y", "F", "1.2.826.0.1.3680043.8.498.4"
    return data
