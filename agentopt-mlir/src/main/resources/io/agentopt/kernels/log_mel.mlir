// levels[b, m, l] = log10(max(1e-10, mel m of the power spectrum of frame b * lanes + l)); peak[b, l] is the largest of them over m.
//
// A frame's spectrum of 400 points is two stages of 20 (Cooley and Tukey), n = 20 p + q and k = r + 20 s:
//   Z[r, q] = exp(-2 pi i q r / 400) * sum over p of x[20 p + q] exp(-2 pi i p r / 20),   X[r + 20 s] = sum over q of Z[r, q] exp(-2 pi i q s / 20).
// Each stage folds its input into even and odd parts, which halves it: cosines of the even part, sines of the odd one. The input is real, so r goes to 10 only
// and gives the bins 20 s + r, and by |X[400 - k]| = |X[k]| also 20 s - r. All lanes, each a frame, go through the same arithmetic side by side.
#r = affine_map<(r, m) -> (r)>
#m = affine_map<(r, m) -> (m)>
#rm = affine_map<(r, m) -> (r, m)>
!frames = vector<${lanes}xf32>
!tile = vector<${lanes_squared}xf32>
!half = vector<${half_tile}xf32>
!square = memref<${lanes_squared}xf32>
!samples = memref<${samples}xf32>
!eleven = memref<11xvector<${lanes}xf32>>
!stage = memref<11x20xvector<${lanes}xf32>>
!spectrum = memref<221xvector<${lanes}xf32>>
!levels = memref<?x${mels}x${lanes}xf32>
module {
  memref.global "private" constant @window : memref<400xf32> = dense<${window}>
  memref.global "private" constant @cosine : memref<11x11xf32> = dense<${cosine}>
  memref.global "private" constant @sine : memref<11x11xf32> = dense<${sine}>
  memref.global "private" constant @twiddle_cosine : memref<20x11xf32> = dense<${twiddle_cosine}>
  memref.global "private" constant @twiddle_sine : memref<20x11xf32> = dense<${twiddle_sine}>
  memref.global "private" constant @filter_start : memref<${filters_and_one}xi32> = dense<${filter_start}>
  memref.global "private" constant @filter_bin : memref<${mels}xi32> = dense<${filter_bin}>
  memref.global "private" constant @filter_weight : memref<${filter_weights}xf32> = dense<${filter_weight}>

  func.func @agentopt_log_mel(%begin: index, %end: index, %levels: !levels, %peak: memref<?x${lanes}xf32>, %audio: memref<?xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c10 = arith.constant 10 : index
    %c11 = arith.constant 11 : index
    %c20 = arith.constant 20 : index
    %c400 = arith.constant 400 : index
    %hop = arith.constant 160 : index
    %lanes = arith.constant ${lanes} : index
    %rounds = arith.constant ${rounds} : index
    %mels = arith.constant ${mels} : index
    %nothing = arith.constant dense<0.0> : !frames
    %least = arith.constant dense<1.0e-10> : !frames
    %lowest = arith.constant dense<-10.0> : !frames
    %log10_of_e = arith.constant dense<0.4342944819> : !frames
    %window = memref.get_global @window : memref<400xf32>
    %cosine = memref.get_global @cosine : memref<11x11xf32>
    %sine = memref.get_global @sine : memref<11x11xf32>
    %twiddle_cosine = memref.get_global @twiddle_cosine : memref<20x11xf32>
    %twiddle_sine = memref.get_global @twiddle_sine : memref<20x11xf32>
    %filter_start = memref.get_global @filter_start : memref<${filters_and_one}xi32>
    %filter_bin = memref.get_global @filter_bin : memref<${mels}xi32>
    %filter_weight = memref.get_global @filter_weight : memref<${filter_weights}xf32>
    %tile = memref.alloca() {alignment = 64 : i64} : !square
    %samples = memref.alloca() {alignment = 64 : i64} : !samples
    %even = memref.alloca() {alignment = 64 : i64} : !eleven
    %odd = memref.alloca() {alignment = 64 : i64} : !eleven
    %in_phase = memref.alloca() {alignment = 64 : i64} : !eleven
    %quadrature = memref.alloca() {alignment = 64 : i64} : !eleven
    %z_re = memref.alloca() {alignment = 64 : i64} : !stage
    %z_im = memref.alloca() {alignment = 64 : i64} : !stage
    %even_re = memref.alloca() {alignment = 64 : i64} : !eleven
    %even_im = memref.alloca() {alignment = 64 : i64} : !eleven
    %odd_re = memref.alloca() {alignment = 64 : i64} : !eleven
    %odd_im = memref.alloca() {alignment = 64 : i64} : !eleven
    %a_re = memref.alloca() {alignment = 64 : i64} : !eleven
    %a_im = memref.alloca() {alignment = 64 : i64} : !eleven
    %b_re = memref.alloca() {alignment = 64 : i64} : !eleven
    %b_im = memref.alloca() {alignment = 64 : i64} : !eleven
    %power = memref.alloca() {alignment = 64 : i64} : !spectrum

    scf.for %block = %begin to %end step %c1 {
      %first_frame = arith.muli %block, %lanes : index
      // Frames by samples become samples by frames, a square of lanes at a time: interleaving the halves log2(lanes) times transposes it.
      scf.for %n = %c0 to %c400 step %lanes {
        %shape = vector.load %window[%n] : memref<400xf32>, !frames
        scf.for %lane = %c0 to %lanes step %c1 {
          %frame = arith.addi %first_frame, %lane : index
          %start = arith.muli %frame, %hop : index
          %from = arith.addi %start, %n : index
          %to = arith.muli %lane, %lanes : index
          %x = vector.load %audio[%from] : memref<?xf32>, !frames
          %shaped = arith.mulf %x, %shape : !frames
          vector.store %shaped, %tile[%to] : !square, !frames
        }
        %rows = vector.load %tile[%c0] : !square, !tile
        %columns = scf.for %round = %c0 to %rounds step %c1 iter_args(%mixed = %rows) -> (!tile) {
          %upper = vector.extract_strided_slice %mixed {offsets = [0], sizes = [${half_tile}], strides = [1]} : !tile to !half
          %lower = vector.extract_strided_slice %mixed {offsets = [${half_tile}], sizes = [${half_tile}], strides = [1]} : !tile to !half
          %next = vector.interleave %upper, %lower : !half -> !tile
          scf.yield %next : !tile
        }
        %at = arith.muli %n, %lanes : index
        vector.store %columns, %samples[%at] : !samples, !tile
      }

      scf.for %q = %c0 to %c20 step %c1 {
        scf.for %p = %c0 to %c11 step %c1 {
          %back = arith.subi %c20, %p : index
          %mirror = arith.remui %back, %c20 : index
          %row = arith.muli %p, %c20 : index
          %mirror_row = arith.muli %mirror, %c20 : index
          %n = arith.addi %row, %q : index
          %mirror_n = arith.addi %mirror_row, %q : index
          %at = arith.muli %n, %lanes : index
          %mirror_at = arith.muli %mirror_n, %lanes : index
          %x = vector.load %samples[%at] : !samples, !frames
          %y = vector.load %samples[%mirror_at] : !samples, !frames
          %sum = arith.addf %x, %y : !frames
          %difference = arith.subf %x, %y : !frames
          memref.store %sum, %even[%p] : !eleven
          memref.store %difference, %odd[%p] : !eleven
        }
        linalg.fill ins(%nothing : !frames) outs(%in_phase : !eleven)
        linalg.fill ins(%nothing : !frames) outs(%quadrature : !eleven)
        linalg.generic {indexing_maps = [#rm, #rm, #m, #m, #r, #r], iterator_types = ["parallel", "reduction"]}
            ins(%cosine, %sine, %even, %odd : memref<11x11xf32>, memref<11x11xf32>, !eleven, !eleven)
            outs(%in_phase, %quadrature : !eleven, !eleven) {
        ^bb0(%c: f32, %s: f32, %e: !frames, %o: !frames, %i: !frames, %j: !frames):
          %cs = vector.broadcast %c : f32 to !frames
          %ss = vector.broadcast %s : f32 to !frames
          %ce = arith.mulf %cs, %e fastmath<contract> : !frames
          %so = arith.mulf %ss, %o fastmath<contract> : !frames
          %i2 = arith.addf %i, %ce fastmath<contract> : !frames
          %j2 = arith.addf %j, %so fastmath<contract> : !frames
          linalg.yield %i2, %j2 : !frames, !frames
        }
        scf.for %r = %c0 to %c11 step %c1 {
          %i = memref.load %in_phase[%r] : !eleven
          %j = memref.load %quadrature[%r] : !eleven
          %c = memref.load %twiddle_cosine[%q, %r] : memref<20x11xf32>
          %s = memref.load %twiddle_sine[%q, %r] : memref<20x11xf32>
          %cs = vector.broadcast %c : f32 to !frames
          %ss = vector.broadcast %s : f32 to !frames
          %ic = arith.mulf %i, %cs fastmath<contract> : !frames
          %js = arith.mulf %j, %ss fastmath<contract> : !frames
          %is = arith.mulf %i, %ss fastmath<contract> : !frames
          %jc = arith.mulf %j, %cs fastmath<contract> : !frames
          %re = arith.subf %ic, %js fastmath<contract> : !frames
          %minus_im = arith.addf %is, %jc fastmath<contract> : !frames
          %im = arith.subf %nothing, %minus_im : !frames
          memref.store %re, %z_re[%r, %q] : !stage
          memref.store %im, %z_im[%r, %q] : !stage
        }
      }

      scf.for %r = %c0 to %c11 step %c1 {
        scf.for %q = %c0 to %c11 step %c1 {
          %back = arith.subi %c20, %q : index
          %mirror = arith.remui %back, %c20 : index
          %x_re = memref.load %z_re[%r, %q] : !stage
          %y_re = memref.load %z_re[%r, %mirror] : !stage
          %x_im = memref.load %z_im[%r, %q] : !stage
          %y_im = memref.load %z_im[%r, %mirror] : !stage
          %sum_re = arith.addf %x_re, %y_re : !frames
          %sum_im = arith.addf %x_im, %y_im : !frames
          %difference_re = arith.subf %x_re, %y_re : !frames
          %difference_im = arith.subf %x_im, %y_im : !frames
          memref.store %sum_re, %even_re[%q] : !eleven
          memref.store %sum_im, %even_im[%q] : !eleven
          memref.store %difference_re, %odd_re[%q] : !eleven
          memref.store %difference_im, %odd_im[%q] : !eleven
        }
        linalg.fill ins(%nothing : !frames) outs(%a_re : !eleven)
        linalg.fill ins(%nothing : !frames) outs(%a_im : !eleven)
        linalg.fill ins(%nothing : !frames) outs(%b_re : !eleven)
        linalg.fill ins(%nothing : !frames) outs(%b_im : !eleven)
        linalg.generic {indexing_maps = [#rm, #rm, #m, #m, #m, #m, #r, #r, #r, #r], iterator_types = ["parallel", "reduction"]}
            ins(%cosine, %sine, %even_re, %even_im, %odd_re, %odd_im
              : memref<11x11xf32>, memref<11x11xf32>, !eleven, !eleven, !eleven, !eleven)
            outs(%a_re, %a_im, %b_re, %b_im : !eleven, !eleven, !eleven, !eleven) {
        ^bb0(%c: f32, %s: f32, %er: !frames, %ei: !frames, %or: !frames, %oi: !frames, %ar: !frames, %ai: !frames, %br: !frames, %bi: !frames):
          %cs = vector.broadcast %c : f32 to !frames
          %ss = vector.broadcast %s : f32 to !frames
          %cer = arith.mulf %cs, %er fastmath<contract> : !frames
          %cei = arith.mulf %cs, %ei fastmath<contract> : !frames
          %sor = arith.mulf %ss, %or fastmath<contract> : !frames
          %soi = arith.mulf %ss, %oi fastmath<contract> : !frames
          %ar2 = arith.addf %ar, %cer fastmath<contract> : !frames
          %ai2 = arith.addf %ai, %cei fastmath<contract> : !frames
          %br2 = arith.addf %br, %sor fastmath<contract> : !frames
          %bi2 = arith.addf %bi, %soi fastmath<contract> : !frames
          linalg.yield %ar2, %ai2, %br2, %bi2 : !frames, !frames, !frames, !frames
        }
        // X[r + 20 s] = a - i b and X[r - 20 s] = a + i b; bin k lies at power[k + 10].
        scf.for %s = %c0 to %c11 step %c1 {
          %ar = memref.load %a_re[%s] : !eleven
          %ai = memref.load %a_im[%s] : !eleven
          %br = memref.load %b_re[%s] : !eleven
          %bi = memref.load %b_im[%s] : !eleven
          %re = arith.addf %ar, %bi : !frames
          %im = arith.subf %ai, %br : !frames
          %other_re = arith.subf %ar, %bi : !frames
          %other_im = arith.addf %ai, %br : !frames
          %re2 = arith.mulf %re, %re fastmath<contract> : !frames
          %im2 = arith.mulf %im, %im fastmath<contract> : !frames
          %other_re2 = arith.mulf %other_re, %other_re fastmath<contract> : !frames
          %other_im2 = arith.mulf %other_im, %other_im fastmath<contract> : !frames
          %square = arith.addf %re2, %im2 fastmath<contract> : !frames
          %other_square = arith.addf %other_re2, %other_im2 fastmath<contract> : !frames
          %twenty = arith.muli %s, %c20 : index
          %middle = arith.addi %twenty, %c10 : index
          %bin = arith.addi %middle, %r : index
          %other_bin = arith.subi %middle, %r : index
          memref.store %square, %power[%bin] : !spectrum
          memref.store %other_square, %power[%other_bin] : !spectrum
        }
      }

      %highest = scf.for %mel = %c0 to %mels step %c1 iter_args(%highest_so_far = %lowest) -> (!frames) {
        %next_mel = arith.addi %mel, %c1 : index
        %from_i32 = memref.load %filter_start[%mel] : memref<${filters_and_one}xi32>
        %to_i32 = memref.load %filter_start[%next_mel] : memref<${filters_and_one}xi32>
        %bin_i32 = memref.load %filter_bin[%mel] : memref<${mels}xi32>
        %from = arith.index_castui %from_i32 : i32 to index
        %to = arith.index_castui %to_i32 : i32 to index
        %bin = arith.index_castui %bin_i32 : i32 to index
        %before = arith.subi %bin, %from : index
        %shift = arith.addi %before, %c10 : index
        %energy = scf.for %j = %from to %to step %c1 iter_args(%so_far = %nothing) -> (!frames) {
          %at = arith.addi %j, %shift : index
          %w = memref.load %filter_weight[%j] : memref<${filter_weights}xf32>
          %ws = vector.broadcast %w : f32 to !frames
          %x = memref.load %power[%at] : !spectrum
          %part = arith.mulf %ws, %x fastmath<contract> : !frames
          %sum = arith.addf %so_far, %part fastmath<contract> : !frames
          scf.yield %sum : !frames
        }
        %enough = arith.cmpf uge, %energy, %least : !frames
        %held = arith.select %enough, %energy, %least : vector<${lanes}xi1>, !frames
        %ln = math.log %held : !frames
        %level = arith.mulf %ln, %log10_of_e : !frames
        vector.store %level, %levels[%block, %mel, %c0] : !levels, !frames
        %higher = arith.maximumf %highest_so_far, %level : !frames
        scf.yield %higher : !frames
      }
      vector.store %highest, %peak[%block, %c0] : memref<?x${lanes}xf32>, !frames
    }
    return
  }
}
